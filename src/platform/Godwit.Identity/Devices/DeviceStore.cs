using Godwit.Identity.Database;
using Godwit.Identity.Requests;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Devices;

/// <summary>The rows of devices.</summary>
internal static class DeviceStore
{
    /// <returns>Whether it is one of the account's that was not revoked.</returns>
    public static Task<bool> IsKnownAsync(NpgsqlConnection connection, long user, Guid device, CancellationToken cancellation) => Statement.FirstAsync(
        connection, "SELECT true FROM identity.user_devices WHERE user_id = $1 AND device_id = $2 AND NOT revoked", r => r.GetBoolean(0), cancellation, Statement.P(user), Statement.P(device));

    /// <summary>Notes that the device was used, and makes its row when it is new.</summary>
    /// <returns>How many other devices the account has.</returns>
    public static Task<long> SeenAsync(NpgsqlConnection connection, long user, Guid device, Client client, string? country, CancellationToken cancellation)
    {
        var agent = UserAgent.Read(client.Agent);
        return Statement.FirstAsync(
            connection,
            """
            WITH seen AS (
                INSERT INTO identity.user_devices (user_id, device_id, fingerprint_hash, last_ip_address, device_type, os, browser, last_country_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT ON CONSTRAINT user_device_unique DO UPDATE
                SET last_seen_at = now(), last_ip_address = excluded.last_ip_address, fingerprint_hash = excluded.fingerprint_hash, device_type = excluded.device_type, os = excluded.os, browser = excluded.browser,
                    last_country_code = coalesce(excluded.last_country_code, user_devices.last_country_code))
            SELECT count(*) FROM identity.user_devices WHERE user_id = $1 AND device_id <> $2
            """,
            r => r.GetInt64(0), cancellation, Statement.P(user), Statement.P(device), Statement.P(client.Fingerprint), Statement.P(client.Address), Statement.P(agent.TypeName),
            Statement.P(agent.System, NpgsqlDbType.Text), Statement.P(agent.Browser, NpgsqlDbType.Text), Statement.P(country, NpgsqlDbType.Char));
    }
}
