using System.Globalization;
using Npgsql;

namespace Godwit.Cli.Demo.Suma;

/// <summary>The legacy system of the demo, and what is asked of it and of the accounts to show what became of it.</summary>
internal static class SumaDatabase
{
    /// <summary>A million people are made by one statement.</summary>
    private const int MakingSeconds = 600;

    public static Task<bool> HasPeopleAsync(NpgsqlConnection connection, CancellationToken cancellation) => AskAsync<bool>(connection, "SELECT to_regclass('public.legacy_users') IS NOT NULL", cancellation);

    /// <summary>Makes the tables and their rows in one transaction: a demo that is stopped meanwhile leaves nothing of it.</summary>
    /// <param name="connection">Of the target.</param>
    /// <param name="before">The text of the runbook's before.sql.</param>
    /// <param name="rows">How many people.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task CreateAsync(NpgsqlConnection connection, string before, int rows, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var make = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"SET LOCAL suma.rows = {rows};\n{before}"), connection, transaction) { CommandTimeout = MakingSeconds };
        await make.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Whether a purpose has a key that writes.</summary>
    public static async Task<bool> HasKeyAsync(NpgsqlConnection connection, string purpose, CancellationToken cancellation)
    {
        if (!await AskAsync<bool>(connection, "SELECT to_regclass('godwit.keys') IS NOT NULL", cancellation)) return false;
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM godwit.keys WHERE purpose = $1 AND state = 'Active')", connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = purpose } } };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Addresses that people sign in with, by their row: those that nobody else writes in another way, and no more than somebody calls in a demo.</summary>
    public static async Task<IReadOnlyList<(long Id, string Email)>> SignInsAsync(NpgsqlConnection connection, int most, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT id, email FROM public.legacy_users l WHERE email ~ '^user[0-9]+@example\.com$' AND deleted_at IS NULL
            AND NOT EXISTS (SELECT FROM public.legacy_users o WHERE o.id <> l.id AND o.email = upper(l.email)) ORDER BY id LIMIT $1
            """, connection)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = most } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var people = new List<(long, string)>();
        while (await reader.ReadAsync(cancellation)) people.Add((reader.GetInt64(0), reader.GetString(1)));
        return people;
    }

    public static Task<long> PeopleAsync(NpgsqlConnection connection, CancellationToken cancellation) => AskAsync<long>(connection, "SELECT count(*) FROM public.legacy_users", cancellation);

    /// <summary>Those that were taken over by the newest run, those set aside, and who registered at the service itself.</summary>
    public static async Task<SumaCounts> CountAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH migrated AS (SELECT user_id, count(*) AS events FROM identity.user_security_events WHERE event_type = 'account_migrated' AND user_id IS NOT NULL GROUP BY user_id)
            SELECT (SELECT count(*) FROM public.legacy_users), (SELECT count(*) FROM identity.users u JOIN migrated m ON m.user_id = u.id),
                (SELECT count(*) FROM identity.users u JOIN migrated m ON m.user_id = u.id WHERE m.events <> 1),
                (SELECT count(*) FROM identity.users u WHERE NOT EXISTS (SELECT FROM migrated m WHERE m.user_id = u.id)), (SELECT count(*) FROM suma.quarantine WHERE kind = 'user')
            """, connection) { CommandTimeout = MakingSeconds };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new SumaCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
    }

    /// <summary>Why people were set aside, in the words of the runbook, and how many.</summary>
    public static async Task<IReadOnlyList<(string Reason, long Count)>> ReasonsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT CASE WHEN reason LIKE 'the address is that of %' THEN 'the mailbox is somebody''s who came first' ELSE reason END, count(*) FROM suma.quarantine WHERE kind = 'user' GROUP BY 1 ORDER BY 2 DESC, 1", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var reasons = new List<(string, long)>();
        while (await reader.ReadAsync(cancellation)) reasons.Add((reader.GetString(0), reader.GetInt64(1)));
        return reasons;
    }

    /// <summary>Of these addresses, those of a row of the legacy system that is not deleted, with consents.</summary>
    public static async Task<long> InLegacyAsync(NpgsqlConnection connection, IReadOnlyCollection<string> emails, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM public.legacy_users l WHERE email = ANY($1) AND deleted_at IS NULL AND EXISTS (SELECT FROM public.legacy_consents c WHERE c.user_id = l.id AND c.granted AND c.consent_type = 'terms')", connection)
        {
            Parameters = { new NpgsqlParameter<string[]> { TypedValue = [.. emails] } },
        };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<T> AskAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = MakingSeconds };
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }
}

/// <param name="Legacy">Rows of the legacy system.</param>
/// <param name="Migrated">Accounts with an event that says where they came from.</param>
/// <param name="NotOnce">Of these, with more events than one.</param>
/// <param name="Registered">Accounts without.</param>
/// <param name="SetAside">Rows that could not be taken over, each with a reason.</param>
internal sealed record SumaCounts(long Legacy, long Migrated, long NotOnce, long Registered, long SetAside);
