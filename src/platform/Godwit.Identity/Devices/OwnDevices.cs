using Godwit.Http.Problems;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Devices;

/// <summary>The devices of who asks, and no others.</summary>
internal sealed class OwnDevices(IdentityDatabase database, SessionGate gate, EventLog events)
{
    private const int LongestName = 255;

    public Task<IReadOnlyList<DeviceDocument>> ListAsync(Caller caller, CancellationToken cancellation) => database.WithAsync<IReadOnlyList<DeviceDocument>>(
        async connection => await Statement.AllAsync(
            connection,
            """
            SELECT d.device_id, d.device_name, d.device_type, d.os, d.browser, d.trusted, host(d.last_ip_address), d.created_at, d.last_seen_at, d.device_id = (SELECT s.device_id FROM identity.user_sessions s WHERE s.family = $2)
            FROM identity.user_devices d JOIN identity.users u ON u.id = d.user_id WHERE u.uuid = $1 AND NOT d.revoked ORDER BY d.last_seen_at DESC, d.id DESC
            """,
            Read, cancellation, Statement.P(caller.User), Statement.P(caller.Family)),
        cancellation);

    /// <exception cref="ProblemException">400: no name; 404: not one of the caller's.</exception>
    public Task ChangeAsync(Caller caller, Guid device, DeviceChange change, Client client, CancellationToken cancellation)
    {
        var name = change.Name?.Trim();
        if (name is not null && (name.EnumerateRunes().Count() is 0 or > LongestName || name.Any(char.IsControl))) throw new ProblemException(Problem.ValidationFailed(new FieldFault("name", $"has 1 to {LongestName} characters, and no control characters")));
        return database.InTransactionAsync(
            async connection =>
            {
                var user = await Statement.FirstAsync(
                    connection,
                    """
                    UPDATE identity.user_devices d SET device_name = coalesce($3, device_name), trusted = coalesce($4, trusted), trusted_at = CASE WHEN $4 AND NOT trusted THEN now() WHEN NOT $4 THEN NULL ELSE trusted_at END
                    FROM identity.users u WHERE u.id = d.user_id AND u.uuid = $1 AND d.device_id = $2 AND NOT d.revoked RETURNING d.user_id
                    """,
                    r => (long?)r.GetInt64(0), cancellation, Statement.P(caller.User), Statement.P(device), Statement.P(name, NpgsqlDbType.Text), Statement.P(change.Trusted, NpgsqlDbType.Boolean)) ?? throw new ProblemException(Problem.Of(404));
                await events.WriteAsync(connection, new SecurityEvent(change.Trusted switch { true => "device_trusted", false => "device_distrusted", null => "device_named" }, "account") { UserId = user, Device = device, Client = client }, cancellation);
            },
            cancellation);
    }

    /// <summary>The device is unknown from now on, and its sessions end.</summary>
    /// <exception cref="ProblemException">404: not one of the caller's.</exception>
    public async Task RevokeAsync(Caller caller, Guid device, Client client, CancellationToken cancellation)
    {
        var ended = await database.InTransactionAsync(
            async connection =>
            {
                var user = await Statement.FirstAsync(
                    connection,
                    "UPDATE identity.user_devices d SET revoked = true, revoked_at = now(), trusted = false FROM identity.users u WHERE u.id = d.user_id AND u.uuid = $1 AND d.device_id = $2 AND NOT d.revoked RETURNING d.user_id",
                    r => (long?)r.GetInt64(0), cancellation, Statement.P(caller.User), Statement.P(device)) ?? throw new ProblemException(Problem.Of(404));
                var families = await Statement.AllAsync(
                    connection, "UPDATE identity.user_sessions SET revoked = true, revoked_at = now(), revoked_reason = 'its device was revoked' WHERE user_id = $1 AND device_id = $2 AND NOT revoked RETURNING family",
                    r => r.GetGuid(0), cancellation, Statement.P(user), Statement.P(device));
                await events.WriteAsync(connection, new SecurityEvent("device_revoked", "account") { UserId = user, Device = device, Client = client, Severity = EventSeverity.Warning }, cancellation);
                return families;
            },
            cancellation);
        await gate.PublishAsync(ended);
    }

    private static DeviceDocument Read(NpgsqlDataReader row)
    {
        var (system, browser) = (Text(3), Text(4));
        var name = Text(1) ?? (browser, system) switch { (not null, not null) => $"{browser} on {system}", _ => browser ?? system ?? "An unknown device" };
        return new DeviceDocument(row.GetGuid(0), name, Text(2), system, browser, row.GetBoolean(5), Text(6), row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8), !row.IsDBNull(9) && row.GetBoolean(9));

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }
}
