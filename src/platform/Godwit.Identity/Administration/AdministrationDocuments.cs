using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godwit.Identity.Administration;

/// <summary>An exact address or an id; in a body, because what stands in a URL stands in logs.</summary>
internal sealed record UserSearch(string? Email, Guid? Id);

/// <summary>An account as support sees it.</summary>
/// <param name="LockReason">As whoever locked it wrote it.</param>
internal sealed record UserDocument(
    Guid Id, string? Email, string? FirstName, string? LastName, bool EmailVerified, bool PasswordResetRequired, bool Locked, DateTimeOffset? LockedUntil, string? LockReason, bool SecondFactor, long OpenSessions,
    IReadOnlyList<string> Roles, DateTimeOffset CreatedAt, DateTimeOffset? LastLoginAt);

/// <param name="Until">When the lock ends by itself; null: when it is taken away.</param>
/// <param name="Reason">For other administrators, and for the person's archive.</param>
internal sealed record LockForm(DateTimeOffset? Until, string? Reason);

internal sealed record EndedSessions(int Ended);

/// <summary>A data request in the list of those that answer them; nothing personal.</summary>
/// <param name="UserId">Null once the person was erased.</param>
/// <param name="Taken">Somebody is at it.</param>
/// <param name="Outcome">What was not as it should be when it was carried out: <c>address_unreadable</c>; null for nothing.</param>
internal sealed record RequestSummary(
    Guid Id, Guid? UserId, string Type, string Status, DateTimeOffset RequestedAt, DateTimeOffset DueAt, bool Overdue, bool Taken, DateTimeOffset? CompletedAt, bool Withdrawn, string? Outcome = null);

/// <summary>One request, with what was asked, answered and noted.</summary>
internal sealed record RequestDocument(RequestSummary Request, string? Details, string? Answer, string? Notes);

/// <param name="Answer">What the person is told; of a rejection the reason, which is required.</param>
/// <param name="Notes">What they are not told before they ask for all that is held about them; null leaves what is there.</param>
internal sealed record RequestAnswer(string? Answer, string? Notes);

/// <summary>An event as an auditor sees it.</summary>
/// <param name="Cursor">Given as <c>before</c>, the next page begins after this one.</param>
internal sealed record EventRecord(
    Guid Id, DateTimeOffset At, string Type, string Category, string Severity, Guid? UserId, string? IpAddress, string? UserAgent, Guid? DeviceId, int? Risk, bool Blocked, JsonElement? Data, bool Sealed, string Cursor);

/// <summary>Figures, of nobody in particular.</summary>
internal sealed record Statistics(
    long Accounts, long Erased, long Locked, long WithSecondFactor, long OpenSessions, long NewInSevenDays, long LoginsInADay, long FailedLoginsInADay, long OpenRequests, long OverdueRequests, IReadOnlyDictionary<string, long> RoleHolders);

[JsonSerializable(typeof(UserSearch))]
[JsonSerializable(typeof(UserDocument))]
[JsonSerializable(typeof(IReadOnlyList<UserDocument>))]
[JsonSerializable(typeof(LockForm))]
[JsonSerializable(typeof(EndedSessions))]
[JsonSerializable(typeof(IReadOnlyList<RequestSummary>))]
[JsonSerializable(typeof(RequestDocument))]
[JsonSerializable(typeof(RequestAnswer))]
[JsonSerializable(typeof(IReadOnlyList<EventRecord>))]
[JsonSerializable(typeof(Statistics))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
internal sealed partial class AdministrationJson : JsonSerializerContext;
