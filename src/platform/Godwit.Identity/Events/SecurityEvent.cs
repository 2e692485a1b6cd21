using System.Text.Json.Nodes;
using Godwit.Identity.Requests;

namespace Godwit.Identity.Events;

/// <summary>Something that an auditor, or the person, wants to know later. It is written in the transaction of what it tells.</summary>
/// <param name="Type">What happened, in snake case: <c>login_failed</c>.</param>
/// <param name="Category">One of the table's: authentication, authorization, data_access, admin_action, account.</param>
internal sealed record SecurityEvent(string Type, string Category = "authentication")
{
    public long? UserId { get; init; }

    public Client? Client { get; init; }

    public EventSeverity Severity { get; init; }

    public Guid? Device { get; init; }

    /// <summary>The row's, not the family.</summary>
    public long? Session { get; init; }

    /// <summary>What else there is to say: words and numbers, no address, no name.</summary>
    public JsonObject? Data { get; init; }

    /// <summary>0 to 100.</summary>
    public int? Risk { get; init; }

    public bool Blocked { get; init; }
}

internal enum EventSeverity
{
    Info,

    Warning,

    Critical,
}
