using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Journal;

/// <summary>
/// The rows of a run's journal. Appending locks the run's row in godwit.journal_tips until the transaction ends, so that a second writer waits and then follows the
/// first one's entry: the chain cannot fork, and no entry commits before one that precedes it.
/// </summary>
/// <remarks>
/// Appending is the last thing that a transaction does before it commits, all its entries in one call. A transaction that holds the tip then waits for no other
/// lock, so no circle of waiting transactions can close; and the tip is held for as long as a commit takes.
/// </remarks>
public static class JournalRows
{
    /// <summary>Entries of one call.</summary>
    public const int MostNotes = 1000;

    /// <summary>Appends entries in the transaction at hand, which holds the run's lease. Under READ COMMITTED; a stricter level fails when another has appended meanwhile (40001).</summary>
    /// <returns>The entries with their places.</returns>
    public static Task<IReadOnlyList<JournalEntry>> AppendAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, IReadOnlyList<JournalNote> notes, CancellationToken cancellation) =>
        AppendAsync(connection, transaction, run, notes, signer: null, cancellation);

    /// <summary>Appends entries, and a signed head at the last of them, in two round trips.</summary>
    /// <param name="connection">Of the transaction.</param>
    /// <param name="transaction">As above.</param>
    /// <param name="run">Whose journal.</param>
    /// <param name="notes">At most <see cref="MostNotes"/>.</param>
    /// <param name="signer">Null leaves the entries to the next head.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<IReadOnlyList<JournalEntry>> AppendAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, IReadOnlyList<JournalNote> notes, JournalSigner? signer, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(notes.Count, MostNotes, nameof(notes));
        if (notes.Count == 0) return [];
        var (tip, at) = await LockTipAsync(connection, transaction, run, cancellation);
        var entries = new List<JournalEntry>(notes.Count);
        foreach (var note in notes)
        {
            var entry = JournalChain.Next(tip, at, note);
            entries.Add(entry);
            tip = JournalPosition.Of(entry);
        }
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Insert(run, entries));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("UPDATE godwit.journal_tips SET sequence = $2, hash = $3 WHERE run = $1")
        {
            Parameters = { new() { Value = run }, new() { Value = tip.Sequence }, new() { Value = tip.Hash } },
        });
        if (signer is not null) batch.BatchCommands.Add(Insert(signer.SignHead(run, tip, at)));
        await batch.ExecuteNonQueryAsync(cancellation);
        return entries;
    }

    /// <summary>The body of the newest entry of a kind; null when there is none, or it is no JSON any more.</summary>
    public static async Task<JsonObject?> FindNewestAsync(NpgsqlConnection connection, Guid run, string kind, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT body FROM godwit.journal WHERE run = $1 AND kind = $2 ORDER BY sequence DESC LIMIT 1", connection)
        { Parameters = { new() { Value = run }, new() { Value = kind } } };
        try
        {
            return await command.ExecuteScalarAsync(cancellation) is string body ? JsonNode.Parse(body) as JsonObject : null;
        }
        catch (JsonException)
        {
            // Somebody changed it: verifying the journal says so.
            return null;
        }
    }

    /// <summary>Signs the journal as it stands in the transaction at hand. Called after <see cref="AppendAsync(NpgsqlConnection, NpgsqlTransaction, Guid, IReadOnlyList{JournalNote}, CancellationToken)"/> in the same transaction it covers the new entries too.</summary>
    /// <returns>The head; null when the journal is empty.</returns>
    public static async Task<JournalHead?> SignAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, JournalSigner signer, CancellationToken cancellation)
    {
        var (tip, at) = await LockTipAsync(connection, transaction, run, cancellation);
        if (tip.Sequence == 0) return null;
        var signed = signer.SignHead(run, tip, at);
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { Insert(signed) } };
        await batch.ExecuteNonQueryAsync(cancellation);
        return signed.Head;
    }

    private static NpgsqlBatchCommand Insert(Guid run, IReadOnlyList<JournalEntry> entries) =>
        new("""
            INSERT INTO godwit.journal (run, sequence, at, kind, body, previous, hash)
            SELECT $1, * FROM unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[])
            """)
        {
            Parameters =
            {
                new() { Value = run }, new() { Value = entries.Select(e => e.Sequence).ToArray() }, new() { Value = entries.Select(e => e.At.UtcDateTime).ToArray() },
                new() { Value = entries.Select(e => e.Kind).ToArray() }, new() { Value = entries.Select(e => e.Body).ToArray() },
                new() { Value = entries.Select(e => e.Previous).ToArray() }, new() { Value = entries.Select(e => e.Hash).ToArray() },
            },
        };

    private static NpgsqlBatchCommand Insert(SignedHead signed) =>
        new("""
            INSERT INTO godwit.journal_heads (run, sequence, kid, hash, at, key_x, key_y, signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT DO NOTHING
            """)
        {
            Parameters =
            {
                new() { Value = signed.Head.Run }, new() { Value = signed.Head.Sequence }, new() { Value = signed.Head.Kid }, new() { Value = signed.Head.Hash },
                new() { Value = signed.Head.At, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = signed.Key!.X }, new() { Value = signed.Key.Y },
                new() { Value = signed.Head.Signature },
            },
        };

    /// <summary>The last entry; <see cref="JournalChain.Start"/> when there is none.</summary>
    public static async Task<JournalPosition> FindEndAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        // Of the entries and not of the tip: the tip is a lock, the entries are the journal.
        await using var command = new NpgsqlCommand("SELECT sequence, hash FROM godwit.journal WHERE run = $1 ORDER BY sequence DESC LIMIT 1", connection) { Parameters = { new() { Value = run } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new JournalPosition(reader.GetInt64(0), reader.GetString(1)) : JournalChain.Start(run);
    }

    /// <summary>Entries after a number, in order.</summary>
    public static IAsyncEnumerable<JournalEntry> ReadAsync(NpgsqlConnection connection, Guid run, long after, long? limit, CancellationToken cancellation) =>
        ReadAsync(new NpgsqlCommand(
            "SELECT sequence, at, kind, body, previous, hash FROM godwit.journal WHERE run = $1 AND sequence > $2 ORDER BY sequence LIMIT $3", connection)
        {
            Parameters = { new() { Value = run }, new() { Value = after }, new() { Value = (object?)limit ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint } },
        }, cancellation);

    /// <summary>Entries of a kind, in order.</summary>
    public static IAsyncEnumerable<JournalEntry> ReadKindAsync(NpgsqlConnection connection, Guid run, string kind, CancellationToken cancellation) =>
        ReadAsync(new NpgsqlCommand(
            "SELECT sequence, at, kind, body, previous, hash FROM godwit.journal WHERE run = $1 AND kind = $2 ORDER BY sequence", connection)
        {
            Parameters = { new() { Value = run }, new() { Value = kind } },
        }, cancellation);

    private static async IAsyncEnumerable<JournalEntry> ReadAsync(NpgsqlCommand command, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var disposed = command;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new JournalEntry(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5));
        }
    }

    /// <summary>Locks the run's tip until the transaction ends, and asks the clock once it is held: the order of entries is the order of their times, as far as the clock goes forward.</summary>
    private static async Task<(JournalPosition Tip, DateTimeOffset At)> LockTipAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, CancellationToken cancellation)
    {
        // A conflicting row is locked, and read as the transaction left it that was waited for (https://www.postgresql.org/docs/current/transaction-iso.html#XACT-READ-COMMITTED).
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO godwit.journal_tips AS t (run, sequence, hash) VALUES ($1, 0, $2)
            ON CONFLICT (run) DO UPDATE SET run = excluded.run RETURNING t.sequence, t.hash, clock_timestamp()
            """, connection, transaction)
        { Parameters = { new() { Value = run }, new() { Value = JournalChain.Genesis(run) } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (new JournalPosition(reader.GetInt64(0), reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(2));
    }
}
