using System.Text.Json.Nodes;
using Godwit.Identity.Events;
using Godwit.Identity.Requests;
using Npgsql;

namespace Godwit.Identity.Administration;

/// <summary>What is recorded of who acts on others: an event of the person whom it concerns, with who did it.</summary>
internal static class AdminEvent
{
    /// <param name="type"><c>user_read</c> and the like are of category data_access, all else admin_action.</param>
    /// <param name="user">Whom it concerns; null for nobody in particular.</param>
    public static Task WriteAsync(
        EventLog events, NpgsqlConnection connection, string type, Caller caller, long? user, EventSeverity severity, CancellationToken cancellation, params ReadOnlySpan<(string Name, string? Value)> more)
    {
        var data = new JsonObject { ["by"] = caller.User.ToString() };
        foreach (var (name, value) in more)
        {
            if (value is not null) data[name] = value;
        }
        // The address of who acts is theirs, and none of the person's whose event this is.
        return events.WriteAsync(connection, new SecurityEvent(type, type.EndsWith("_read", StringComparison.Ordinal) ? "data_access" : "admin_action") { UserId = user, Severity = severity, Data = data }, cancellation);
    }
}
