using Godwit.Identity.Database;
using Godwit.Identity.Requests;
using Npgsql;

namespace Godwit.Identity.Devices;

/// <summary>The rows of devices.</summary>
internal static class DeviceStore
{
    /// <returns>Whether it is one of the account's that was not revoked.</returns>
    public static Task<bool> IsKnownAsync(NpgsqlConnection connection, long user, Guid device, CancellationToken cancellation) => Statement.FirstAsync(
        connection, "SELECT true FROM identity.user_devices WHERE user_id = $1 AND device_id = $2 AND NOT revoked", r => r.GetBoolean(0), cancellation, Statement.P(user), Statement.P(device));

    /// <summary>Notes that the device was used, and makes its row when it is new.</summary>
    public static Task SeenAsync(NpgsqlConnection connection, long user, Guid device, Client client, CancellationToken cancellation) => Statement.RunAsync(
        connection,
        """
        INSERT INTO identity.user_devices (user_id, device_id, fingerprint_hash, last_ip_address) VALUES ($1, $2, $3, $4)
        ON CONFLICT ON CONSTRAINT user_device_unique DO UPDATE SET last_seen_at = now(), last_ip_address = excluded.last_ip_address, fingerprint_hash = excluded.fingerprint_hash
        """,
        cancellation, Statement.P(user), Statement.P(device), Statement.P(client.Fingerprint), Statement.P(client.Address));
}
