using System.Globalization;
using Godwit.Postgres.Verification;
using Godwit.Security.Keyring;
using Npgsql;

namespace Godwit.Postgres.Keyring;

/// <summary>Tells from the database who needs a key: values in registered columns, persons' keys, and hosts that have not heard of it.</summary>
public sealed class PostgresKeyDependents(KeyringSessions sessions) : IKeyDependents
{
    /// <summary>How long a signature under a key for tokens or mails may be presented: such a key stays for as long after another took its place.</summary>
    public static readonly TimeSpan SignatureLifetime = TimeSpan.FromDays(7);

    /// <summary>Ten seconds' worth.</summary>
    private const int MostLooks = 100;

    public async Task<IReadOnlyList<string>> UsersOfAsync(KeyRecord key, CancellationToken cancellation)
    {
        await using var connection = await sessions.OpenAsync(cancellation);
        return await UsersOfAsync(connection, key, cancellation);
    }

    public async Task<IReadOnlyList<string>> HostsBehindAsync(long version, CancellationToken cancellation)
    {
        await using var connection = await sessions.OpenAsync(cancellation);
        return [.. (await KeyHosts.AliveAsync(connection, cancellation)).Where(h => h.KeyringVersion < version || !h.Follows).Select(h => h.Name)];
    }

    /// <summary>Hosts that work with the keyring now.</summary>
    public async Task<IReadOnlyList<KeyHost>> HostsAsync(CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        return connection is null ? [] : await KeyHosts.AliveAsync(connection, cancellation);
    }

    internal static async Task<IReadOnlyList<string>> UsersOfAsync(NpgsqlConnection connection, KeyRecord key, CancellationToken cancellation)
    {
        if (await OpenWritersAsync(connection, cancellation) is { } open) return [open];
        var users = new List<string>();
        var columns = await KeyColumns.ListAsync(connection, cancellation);
        if (key.Purpose == KeyPurpose.Token || key.Purpose == KeyPurpose.Mail)
        {
            if (await SignaturesUntilAsync(connection, key, cancellation) is { } until) users.Add(until);
            return users;
        }
        if (key.Purpose == KeyPurpose.Person)
        {
            var persons = (await TargetQuery.ReadAsync(connection, "SELECT count(*) FROM godwit.person_keys WHERE wrapped_by = $1", r => r.GetInt64(0), cancellation, key.Id.ToString()))[0];
            return persons > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{persons} persons' keys that it wraps")] : [];
        }
        if (!columns.Any(c => MayUse(c, key.Purpose)))
        {
            // No host has ever held a key that was never unwrapped: each unwrapping is noted before the key is given out.
            var held = (await TargetQuery.ReadAsync(connection, "SELECT count(*) FROM godwit.key_unwraps WHERE key = $1 AND succeeded", r => r.GetInt64(0), cancellation, key.Id.ToString()))[0];
            if (held > 0)
                throw new KeyringException($"nobody can tell what needs key {key.Id}: hosts have used it, and godwit.key_columns names no column for {key.Purpose}. Register the columns that hold what it made: `godwit keys column add`");
            return [];
        }
        // Every column, whatever it says it holds: one look too many costs time, one too few the values.
        foreach (var column in columns)
        {
            if (await KeyColumns.CountAsync(connection, column, [key.Id], cancellation) is > 0 and var rows) users.Add(string.Create(CultureInfo.InvariantCulture, $"{column}: {rows} rows"));
        }
        return users;
    }

    /// <summary>
    /// Waits for transactions of this database that were open when it is asked: what they wrote with the key nobody else sees before they have committed. Those of other databases of the server
    /// cannot have written here, and may go on for hours.
    /// </summary>
    /// <returns>What is to be said of those that did not end in time; null when all have.</returns>
    private static async Task<string?> OpenWritersAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var open = await WritersAsync(0);
        for (var look = 1; open.Count > 0 && look <= MostLooks; look++) open.IntersectWith(await WritersAsync(0.1));
        if (open.Count == 0) return null;
        return "transactions that were open when it was asked, and may have written with it";

        // Not from a snapshot: that lists no transaction younger than the last that has ended. Sessions first: one that prepares its transaction meanwhile is met among the prepared.
        async Task<HashSet<string>> WritersAsync(double after) => [.. await TargetQuery.ReadAsync(
            connection,
            """
            WITH slept AS MATERIALIZED (SELECT pg_sleep($1)),
                 sessions AS MATERIALIZED (SELECT a.backend_xid AS x FROM slept, pg_stat_activity a JOIN pg_database d ON d.oid = a.datid WHERE d.datname = current_database() AND a.backend_xid IS NOT NULL)
            SELECT x::text FROM sessions UNION ALL SELECT p.transaction::text FROM pg_prepared_xacts p WHERE p.database = current_database()
            """,
            r => r.GetString(0), cancellation, after)];
    }

    private static bool MayUse(KeyColumn column, KeyPurpose purpose) =>
        purpose == KeyPurpose.Data ? column.Kind == KeyColumnKind.Data
        : purpose == KeyPurpose.Index ? column.Kind == KeyColumnKind.Index
        : purpose != KeyPurpose.Pepper || column.Kind == KeyColumnKind.Pepper;

    private static async Task<string?> SignaturesUntilAsync(NpgsqlConnection connection, KeyRecord key, CancellationToken cancellation)
    {
        if (key.ReplacedAt is not { } replaced) return null;
        var until = replaced + SignatureLifetime;
        var now = (await TargetQuery.ReadAsync(connection, "SELECT clock_timestamp()", r => r.GetFieldValue<DateTimeOffset>(0), cancellation))[0];
        return now < until ? string.Create(CultureInfo.InvariantCulture, $"what it signed, until {until:u}") : null;
    }
}
