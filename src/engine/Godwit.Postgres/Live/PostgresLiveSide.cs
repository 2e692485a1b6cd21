using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Live.Exchange;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>The PostgreSQL side of a live move.</summary>
/// <param name="sessions">Opens a session for each piece of work.</param>
/// <param name="schema">Where the tables are.</param>
/// <param name="tables">The tables of the move.</param>
/// <param name="sequences">The sequences that are moved, where the old side has any.</param>
/// <param name="move">The move; sessions that name it in <see cref="PostgresCapture.Setting"/> are recorded nowhere and refused by no fence.</param>
/// <param name="names">Which names its tables have, where the old side is in the same database; null where it is not.</param>
/// <param name="oldSequences">The old side's sequences by the new side's names, qualified, as they were planned: this side's are called so once names are exchanged.</param>
public sealed class PostgresLiveSide(
    LiveSessions sessions, string schema, IReadOnlyDictionary<LiveTable, CapturedRelation> tables, Guid move, IReadOnlyList<string>? sequences = null, SideNames? names = null, IReadOnlyDictionary<string, string>? oldSequences = null) : ILiveTarget
{
    /// <summary>What a writer is told who comes while writers are to be at the other side.</summary>
    private const string Message = "godwit: this table is not written to here now; ask `godwit endpoint` where, and try again there";

    /// <summary>How long users of a table are asked for a moment in which triggers can be removed.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>The tables of a plan, as this side calls them.</summary>
    public static IReadOnlyDictionary<LiveTable, CapturedRelation> TablesOf(string schema, IEnumerable<LiveTable> tables, Guid move) => tables
        .Select((t, i) => (Table: t, Number: i + 1))
        .ToDictionary(t => t.Table, t => new CapturedRelation(t.Number, schema, t.Table.Plan.TargetName, [.. t.Table.Key.Select(k => t.Table.Plan.Columns[k].TargetName)], IsPartitioned: t.Table.IsPartition) { Move = move, KeyFitsArrays = t.Table.KeyFitsArrays });

    private readonly Dictionary<LiveTable, CapturedRelation> _exchanged =
        names is { OldSchema: var schemaOfOld } ? tables.ToDictionary(t => t.Key, t => t.Value with { Schema = schemaOfOld, Name = t.Key.Plan.SourceName, Planned = t.Value.Name }) : [];

    /// <summary>As they are called now.</summary>
    private IReadOnlyDictionary<LiveTable, CapturedRelation> Now => names is { AreExchanged: true } ? _exchanged : tables;

    public string Beginning => PostgresDelta.Beginning;

    public Task MakeFenceAsync(CancellationToken cancellation) =>
        OnceAsync("fenced", tables.Values.SelectMany(t => PostgresFence.Make(t, move, Message).Append(PostgresFence.Raised(t))), cancellation);

    public Task RecordAsync(CancellationToken cancellation) => OnceAsync("recorded", tables.Values.Where(t => t.Key.Count > 0).SelectMany(t => PostgresCapture.Install(t, move)), cancellation);

    public Task NoteFollowedAsync(long keys, TimeSpan ago, CancellationToken cancellation) => sessions.WriteAsync(
        async (connection, transaction) =>
        {
            await LiveRows.NoteFollowedAsync(connection, transaction, move, keys, ago, cancellation);
            return true;
        },
        cancellation);

    public Task NoteHeldAsync(string? by, CancellationToken cancellation) => sessions.WriteAsync(
        async (connection, transaction) =>
        {
            await LiveRows.NoteHeldAsync(connection, transaction, move, by, cancellation);
            return true;
        },
        cancellation);

    /// <remarks>
    /// Table by table: to drop a trigger takes a lock that keeps everybody away, and whoever holds several of these at a time meets, sooner or later, a writer that has them in another
    /// order, and that is told of a deadlock.
    /// </remarks>
    public async Task RemoveAsync(CancellationToken cancellation)
    {
        if (names is not null) names.Note(await sessions.AskAsync(connection => SideNames.ReadAsync(connection, move, cancellation), cancellation));
        foreach (var table in Now.Values)
        {
            await sessions.WriteWhenUnusedAsync(table, [.. PostgresCapture.Remove(table), .. PostgresFence.Remove(table)], s_patience, cancellation);
        }
        await sessions.WriteAsync(
            async (connection, transaction) =>
            {
                await LiveRows.EndAsync(connection, transaction, move, cancellation);
                return true;
            },
            cancellation);
    }

    /// <summary>
    /// Why the tables that stand under the plan's names are not to be removed as this move's: their names may have become others'. What a name means is told by the fence, which is
    /// bound to the table that it was made for. Nobody exchanges them until the transaction ends.
    /// </summary>
    /// <returns>Null where they are this move's.</returns>
    public async Task<string?> FindStrayedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        if (names is null) return null;
        var fenced = false;
        await using (var row = new NpgsqlCommand("SELECT exchanged, side, fenced FROM godwit.live_moves WHERE move = $1 FOR UPDATE", connection, transaction) { Parameters = { new() { Value = move } } })
        await using (var reader = await row.ExecuteReaderAsync(cancellation))
        {
            if (await reader.ReadAsync(cancellation))
            {
                if (reader.GetBoolean(0) || reader.GetString(1) != nameof(LiveSide.Old)) return "the tables have exchanged their names: applications use those that the move has made";
                fenced = reader.GetBoolean(2);
            }
        }
        return fenced ? await PostgresFence.FindUnfencedAsync(connection, transaction, [.. tables.Values], cancellation) is { } other ? $"{other} is not the table that the move has made there" : null : null;
    }

    /// <summary>As if the move had never been, in a transaction in which its tables go too.</summary>
    public async Task ForgetAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await CleanAsync(connection, transaction, cancellation);
        await LiveRows.RemoveAsync(connection, transaction, move, cancellation);
    }

    private async Task CleanAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        foreach (var statement in tables.Values.SelectMany(t => PostgresCapture.Remove(t).Concat(PostgresFence.Remove(t)))) await ExecuteAsync(connection, transaction, statement, cancellation);
    }

    /// <remarks>
    /// The old side goes by what is read here, and keeps it whatever becomes of this one: it is durable before anybody has it, and a server that was set back to before it, or a standby that had not heard of it,
    /// is known by the count.
    /// </remarks>
    public Task<IChangeDelta> ReadDeltaAsync(string since, bool whole, CancellationToken cancellation) => SideNames.RunAsync<IChangeDelta>(names, async () =>
    {
        var session = await sessions.Rent(cancellation);
        PostgresDelta? delta = null;
        try
        {
            var now = Now;
            var (there, readings) = (SourcePosition.Parse(since), 0L);
            delta = await PostgresDelta.OpenAsync(
                session, now, there.Snapshot, t => whole && t.IsWhole,
                async (connection, transaction) =>
                {
                    await LockAsync(connection, transaction, now.Values, "ACCESS SHARE", cancellation);
                    readings = await LiveRows.ReadingsAsync(connection, transaction, move, cancellation);
                    if (there.Readings > readings) throw new RewoundException("the new side has lost changes that were carried back from it: it was restored, or another server has taken its place");
                },
                cancellation);
            if (delta.Keys.Count > 0 || delta.Whole.Count > 0) readings = await sessions.WriteAsync((connection, transaction) => LiveRows.CountReadingAsync(connection, transaction, move, cancellation), cancellation);
            return delta.Between(since, new SourcePosition(delta.Until, Timeline: "", readings).ToString());
        }
        catch
        {
            if (delta is not null) delta.Dispose();
            else await session.DisposeAsync();
            throw;
        }
    });

    /// <summary>Of tables that may exchange names: from here on they do not, and are what they are taken for.</summary>
    private async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<CapturedRelation> locked, string mode, CancellationToken cancellation)
    {
        if (names is null) return;
        await ExecuteAsync(connection, transaction, $"LOCK TABLE {string.Join(", ", locked.Select(t => t.Qualified).Order(StringComparer.Ordinal).Select(t => "ONLY " + t))} IN {mode} MODE", cancellation);
        await names.CheckAsync(connection, cancellation);
    }

    public Task<string?> AppliedAsync(CancellationToken cancellation) => sessions.AskAsync(connection => LiveRows.AppliedAsync(connection, move, cancellation), cancellation);

    public async Task<DeltaRows> ApplyAsync(IChangeDelta delta, CancellationToken cancellation)
    {
        if (delta.Keys.Count == 0 && delta.Whole.Count == 0) return default;
        return await SideNames.RunAsync(names, () => sessions.WriteAsync(
            async (connection, transaction) =>
            {
                await AsMoverAsync(connection, transaction, cancellation);
                var now = Now;
                await LockAsync(connection, transaction, delta.Keys.Keys.Concat(delta.Whole).Select(t => now[t]), "ROW EXCLUSIVE", cancellation);
                if (await LiveRows.LockAppliedAsync(connection, transaction, move, cancellation) is { } applied && applied != delta.Since) throw new StalePositionException();
                var rows = await new DeltaApply(
                    connection, transaction, t => now[t].Qualified,
                    (table, seen, unfit) => LiveRows.NoteUnfitAsync(connection, transaction, move, table.Plan.SourceName, seen, unfit, cancellation)).RunAsync(delta, cancellation);
                await LiveRows.NoteAppliedAsync(connection, transaction, move, delta.Until, cancellation);
                return rows;
            },
            cancellation));
    }

    public Task NoteUnfitAsync(LiveTable table, IReadOnlyCollection<UnfitRow> rows, CancellationToken cancellation) => sessions.WriteAsync(
        async (connection, transaction) =>
        {
            await LiveRows.NoteUnfitAsync(connection, transaction, move, table.Plan.SourceName, [], rows, cancellation);
            return true;
        },
        cancellation);

    public Task<IReadOnlyList<(string Table, UnfitRow Row)>> UnfitAsync(int limit, CancellationToken cancellation) => sessions.AskAsync(connection => LiveRows.UnfitAsync(connection, move, limit, cancellation), cancellation);

    public async Task FenceAsync(TimeSpan patience, Func<Task> drain, CancellationToken cancellation)
    {
        await using var session = await sessions.Rent(cancellation);
        await PostgresFence.RaiseAsync(session.Connection, [.. Now.Values], patience, (connection, transaction) => sessions.Hold(connection, transaction, cancellation), DrainAsync, cancellation);
        session.Keep();

        async Task DrainAsync()
        {
            if (names is not null) await names.CheckAsync(session.Connection, cancellation);
            await drain();
        }
    }

    public Task UnfenceAsync(CancellationToken cancellation) => SideNames.RunAsync(names, () => sessions.WriteAsync(
        async (connection, transaction) =>
        {
            // Even to find that it is down already would wait for every writer.
            var raised = await PostgresFence.RaisedAsync(connection, transaction, [.. Now.Values], cancellation);
            foreach (var statement in raised.SelectMany(PostgresFence.Lower)) await ExecuteAsync(connection, transaction, statement, cancellation);
            if (names is not null) await names.CheckAsync(connection, cancellation);
            return true;
        },
        cancellation));

    public Task<IReadOnlyDictionary<string, long>> ReadNumbersAsync(CancellationToken cancellation) => sessions.AskAsync(
        connection => sequences is not null ? PostgresSequences.ReadAsync(connection, SequenceNames, cancellation) : PostgresNumbers.ReadAsync(connection, schema, tables.Keys.Select(t => t.Plan), cancellation),
        cancellation);

    public Task ContinueNumbersAsync(IReadOnlyDictionary<string, long> last, CancellationToken cancellation) => sessions.WriteAsync(
        async (connection, transaction) =>
        {
            if (sequences is not null) await PostgresSequences.ContinueAsync(connection, SequenceNames, last, cancellation);
            else await PostgresNumbers.ContinueAsync(connection, transaction, schema, tables.Keys.Select(t => t.Plan), last, cancellation);
            return true;
        },
        cancellation);

    private Dictionary<string, string> SequenceNames => sequences!.ToDictionary(s => s, s => names is { AreExchanged: true } && oldSequences!.TryGetValue(s, out var old) ? old : TargetName.Qualify(schema, s), StringComparer.Ordinal);

    private async Task OnceAsync(string flag, IEnumerable<string> statements, CancellationToken cancellation) => await sessions.WriteAsync(
        async (connection, transaction) =>
        {
            await LiveRows.MakeAsync(connection, transaction, move, cancellation);
            await using var claim = new NpgsqlCommand($"UPDATE godwit.live_moves SET {flag} = true WHERE move = $1 AND NOT {flag}", connection, transaction) { Parameters = { new() { Value = move } } };
            if (await claim.ExecuteNonQueryAsync(cancellation) == 0) return false;
            foreach (var statement in statements) await ExecuteAsync(connection, transaction, statement, cancellation);
            return true;
        },
        cancellation);

    private async Task AsMoverAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        await ExecuteAsync(connection, transaction, $"SELECT set_config('{PostgresCapture.Setting}', '{move:N}', true)", cancellation);

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
