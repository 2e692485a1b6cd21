using Godwit.Engine.Live;
using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Live.Exchange;

/// <summary>
/// The exchange of names between the two sides of a live move in one database. PostgreSQL looks a name up again for whoever has waited for a table's lock, and plans anew what was prepared: from the commit on
/// every statement meets the table that has come.
/// </summary>
/// <param name="sessions">The new side's: under the run's lease, and told from the application's.</param>
/// <param name="names">What both sides know of their names.</param>
/// <param name="pairs">Tables, and sequences that stand alone.</param>
/// <param name="tables">The new side's tables, by their names as they were planned.</param>
/// <param name="otherSchema">Where the new side's tables were planned.</param>
/// <param name="move">The move.</param>
/// <param name="epoch">Of the runner whose writes count at the old side.</param>
internal sealed class PostgresExchange(LiveSessions sessions, SideNames names, IReadOnlyList<NamePair> pairs, IReadOnlyList<CapturedRelation> tables, string otherSchema, Guid move, Guid? epoch) : IExchange
{
    private readonly string _between = $"godwit_exchange_{move.ToString("N")[..8]}";

    private IReadOnlyList<NamePair> Tables { get; } = [.. pairs.Where(p => p.Kind == "TABLE")];

    public Task<bool> IsExchangedAsync(CancellationToken cancellation) => sessions.AskAsync(connection => SideNames.ReadAsync(connection, move, cancellation), cancellation);

    public Task<IReadOnlyList<Finding>> FindObstaclesAsync(CancellationToken cancellation) =>
        sessions.AskAsync(connection => NameObstacles.FindAsync(connection, pairs, names.OldSchema, otherSchema, cancellation), cancellation);

    public async Task<bool> GiveAsync(long attempt, LiveSide to, TimeSpan patience, CancellationToken cancellation)
    {
        await using var session = await sessions.Rent(cancellation);
        var connection = session.Connection;
        var began = TimeProvider.System.GetTimestamp();
        await OlderSnapshots.OutwaitAsync(connection, patience, cancellation);
        // Under both names, whoever has them; in the order in which everybody locks them.
        var all = Tables.SelectMany(t => new[] { (t.Schema, t.Name), (t.OtherSchema, t.OtherName) }).Select((t, i) => new CapturedRelation(i, t.Item1, t.Item2, [], IsPartitioned: false)).OrderBy(t => t.Qualified, StringComparer.Ordinal).ToList();
        await using var transaction = await PostgresFence.LockAsync(connection, all, patience - TimeProvider.System.GetElapsedTime(began), (held, under) => HoldAsync(held, under, cancellation), cancellation, "ACCESS EXCLUSIVE");
        await using (var give = new NpgsqlCommand(
            "UPDATE godwit.live_moves SET side = towards, towards = NULL, exchanged = NOT exchanged WHERE move = $1 AND attempt = $2 AND towards = $3 AND exchanged = ($3 = 'Old') RETURNING true", connection, transaction)
        { Parameters = { new() { Value = move }, new() { Value = attempt }, new() { Value = to.ToString() } } })
        {
            if (await give.ExecuteScalarAsync(cancellation) is not true) return false;
        }
        if (await NameObstacles.FindAsync(connection, pairs, names.OldSchema, otherSchema, cancellation) is [var obstacle, ..]) throw new NameObstacleException(obstacle);
        var parts = await TableParts.ReadAsync(connection, Tables, cancellation);
        var rights = await CarriedRights.WriteAsync(connection, pairs, parts, cancellation);
        await ExecuteAsync(
            connection, transaction,
            [
                .. NameExchange.Write(pairs, parts, _between),
                .. rights,
                // What has come in is written to from here on; what is put aside was closed before.
                .. Tables.Select((t, i) => tables[i] with { Schema = t.Schema, Name = t.Name }).SelectMany(PostgresFence.Lower),
            ],
            cancellation);
        await transaction.CommitAsync(cancellation);
        names.Note(to == LiveSide.New);
        session.Keep();
        return true;
    }

    /// <summary>A runner that was succeeded exchanges nothing: neither the run's lease is its own then, nor the old side.</summary>
    private async Task HoldAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await sessions.Hold(connection, transaction, cancellation);
        await SourceRow.HoldAsync(connection, move, epoch, cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<string> statements, CancellationToken cancellation)
    {
        // In one round trip: readers wait meanwhile, too.
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var statement in statements) batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        await batch.ExecuteNonQueryAsync(cancellation);
    }
}
