using Godwit.Engine.Journal;
using Godwit.Engine.People;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Journal;

/// <summary>A journal in a database, for whoever verifies it.</summary>
public static class StoredJournal
{
    public static async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('godwit.journal') IS NOT NULL AND to_regclass('godwit.journal_heads') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>The run that began last, of those that have a journal.</summary>
    public static async Task<Guid?> FindNewestAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // The first entry that is left, since the first one may have been taken away.
        await using var command = new NpgsqlCommand("SELECT run FROM godwit.journal WHERE run <> $1 GROUP BY run ORDER BY min(at) DESC, run LIMIT 1", connection)
        { Parameters = { new() { Value = PeopleRegister.Journal } } };
        return (Guid?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Whether there is anything of a run: an entry, a head or the tip that appending left.</summary>
    public static async Task<bool> HoldsAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT EXISTS (SELECT FROM godwit.journal WHERE run = $1) OR EXISTS (SELECT FROM godwit.journal_heads WHERE run = $1)
                OR EXISTS (SELECT FROM godwit.journal_tips WHERE run = $1)
            """, connection)
        { Parameters = { new() { Value = run } } };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>Reads a run's journal into a verifier. The run may go on meanwhile.</summary>
    public static async Task<JournalVerifier> LoadAsync(NpgsqlConnection connection, Guid run, KnownSigners known, CancellationToken cancellation)
    {
        var verifier = new JournalVerifier(run, known);
        // Heads first: the entry of every head that was read is then there when entries are.
        await foreach (var head in JournalHeadRows.ReadAsync(connection, run, 0, cancellation)) verifier.Add(head);
        await foreach (var entry in JournalRows.ReadAsync(connection, run, 0, null, cancellation)) verifier.Add(entry);
        return verifier;
    }
}
