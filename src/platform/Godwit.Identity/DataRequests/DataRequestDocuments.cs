using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godwit.Identity.DataRequests;

/// <summary>What a person asks for.</summary>
/// <param name="Type">access, portability, rectification or erasure.</param>
/// <param name="Details">For a person to read; rectification needs it.</param>
/// <param name="Password">Of an erasure, unless the session is of this quarter of an hour.</param>
/// <param name="Challenge">Of an erasure, where there is a second factor that the session has not just shown: from <c>/v1/auth/2fa/challenge</c>.</param>
/// <param name="Code">The answer to it; or</param>
/// <param name="Credential">that of a passkey.</param>
internal sealed record DataRequestForm(string? Type, string? Details, string? Password, string? Challenge, string? Code, JsonElement? Credential = null);

/// <summary>A request as who made it sees it.</summary>
/// <param name="Status">pending, in_progress, completed or rejected.</param>
/// <param name="DueAt">By when it is answered.</param>
/// <param name="Answer">What was said to it.</param>
/// <param name="ArchiveUntil">Of one that has an archive: until when it can be had.</param>
/// <param name="ExecuteAfter">Of an erasure: until when it can be called back.</param>
/// <param name="Withdrawn">It was called back.</param>
internal sealed record DataRequestDocument(
    Guid Id, string Type, string Status, DateTimeOffset RequestedAt, DateTimeOffset DueAt, DateTimeOffset? CompletedAt, string? Details, string? Answer, DateTimeOffset? ArchiveUntil, DateTimeOffset? ExecuteAfter, bool Withdrawn);

[JsonSerializable(typeof(DataRequestForm))]
[JsonSerializable(typeof(DataRequestDocument))]
[JsonSerializable(typeof(IReadOnlyList<DataRequestDocument>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
internal sealed partial class DataRequestJson : JsonSerializerContext;
