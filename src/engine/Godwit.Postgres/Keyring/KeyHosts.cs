using Godwit.Postgres.Verification;
using Godwit.Security.Keyring;
using Npgsql;

namespace Godwit.Postgres.Keyring;

/// <summary>A host that works with the keyring.</summary>
/// <param name="KeyringVersion">The version that it has said it knows; 0 while it is about to load one.</param>
/// <param name="Follows">Whether that is a version of the keyring that is stored now, and not of one that went another way.</param>
public sealed record KeyHost(Guid Id, string Name, long KeyringVersion, bool Follows);

/// <summary>Which hosts work with the keyring. A host that has not been heard of for as long as it gave, by the database's clock, counts no more.</summary>
internal static class KeyHosts
{
    public static Task AcknowledgeAsync(NpgsqlConnection connection, Guid host, string name, KeyringPosition position, TimeSpan lasts, CancellationToken cancellation) =>
        TargetQuery.ExecuteAsync(
            connection,
            """
            INSERT INTO godwit.key_hosts (host, name, keyring_version, keyring_token, lasts, heartbeat) VALUES ($1, $2, $3, $4, $5, clock_timestamp())
            ON CONFLICT (host) DO UPDATE SET name = excluded.name, keyring_version = excluded.keyring_version, keyring_token = excluded.keyring_token, lasts = excluded.lasts, heartbeat = clock_timestamp()
            """, cancellation, host, name, position.Version, position.Token, lasts);

    /// <summary>The host works with it no more; others that were silent for a day go with it.</summary>
    public static Task LeaveAsync(NpgsqlConnection connection, Guid host, CancellationToken cancellation) =>
        TargetQuery.ExecuteAsync(connection, "DELETE FROM godwit.key_hosts WHERE host = $1 OR heartbeat < clock_timestamp() - lasts - interval '1 day'", cancellation, host);

    public static async Task<IReadOnlyList<KeyHost>> AliveAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await TargetQuery.ReadAsync(
            connection, """
            SELECT host, name, keyring_version, keyring_version = 0 OR EXISTS (SELECT FROM godwit.keyring WHERE lineage[(cardinality(lineage) - (version - keyring_version))::int] = keyring_token)
            FROM godwit.key_hosts WHERE heartbeat > clock_timestamp() - lasts ORDER BY name, host
            """,
            r => new KeyHost(r.GetGuid(0), r.GetString(1), r.GetInt64(2), r.GetBoolean(3)), cancellation);
}
