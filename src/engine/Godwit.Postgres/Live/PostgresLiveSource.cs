using System.Globalization;
using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Live.Exchange;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Sourcing;
using Godwit.Postgres.Sourcing.Catalog;
using Godwit.Postgres.Sourcing.Planning;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>
/// A schema of a PostgreSQL database that is moved while applications write to it. Its changes are recorded in itself, in the schema <c>godwit</c>, and read in short transactions; nothing is locked but for
/// the moments in which recording and fence are made, raised and lowered.
/// </summary>
public sealed class PostgresLiveSource : ILiveSource, IAsyncDisposable
{
    /// <summary>What a writer is told who comes while writers are to be at the other side.</summary>
    private const string Message = "godwit: this table has moved; ask `godwit endpoint` where to, and try again there";

    /// <summary>How long writers are asked for a moment in which triggers can be made or removed.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    private readonly TargetSessions _all;
    private readonly LiveSessions _sessions;
    private readonly string _schema;
    private readonly MovePlan _plan;
    private readonly Guid _move;
    private readonly LiveRunner? _runner;
    private readonly SourceTables _planned, _exchanged;
    private readonly SideNames? _names;
    private IReadOnlyDictionary<string, string>? _shape;

    private PostgresLiveSource(TargetSessions all, string schema, MovePlan plan, Guid move, LiveRunner? runner, SourceTables tables, SideNames? names)
    {
        (_all, _schema, _plan, _move, _runner, _planned, _exchanged, _names) = (all, schema, plan, move, runner, tables, tables.Exchanged(plan.Schema), names);
        _sessions = new LiveSessions(all.RentAsync, (connection, _, cancellation) => SourceRow.HoldAsync(connection, move, runner?.Epoch, cancellation));
    }

    public IReadOnlyCollection<LiveTable> Tables => [.. _planned.Tables.Keys];

    /// <summary>As they are called now.</summary>
    private SourceTables Now => _names is { AreExchanged: true } ? _exchanged : _planned;

    /// <summary>Its sequences as they were planned, by the new side's names.</summary>
    public IReadOnlyDictionary<string, (string Schema, string Name)> PlannedSequences => _planned.Sequences;

    public string Beginning => PostgresDelta.Beginning;

    /// <param name="server">Where the source is.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="plan">What is moved.</param>
    /// <param name="move">The move.</param>
    /// <param name="runner">Who holds the run; null where nobody has to.</param>
    /// <param name="cancellation">Stops.</param>
    /// <param name="names">Which names its tables have, where the new side is in the same database; null where it is not.</param>
    /// <exception cref="SourceFaultException">The source cannot be read.</exception>
    public static async Task<PostgresLiveSource> OpenAsync(PostgresTarget server, string schema, MovePlan plan, Guid move, LiveRunner? runner, CancellationToken cancellation, SideNames? names = null)
    {
        // From its first moment each session says who it is: fences let it pass, and nothing of what it does is recorded as an application's.
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { [PostgresCapture.Setting] = move.ToString("N"), ["lock_timeout"] = "30s" };
        var all = new TargetSessions(server, runner?.Epoch ?? move, role: "source", extra: settings);
        try
        {
            return await GuardAsync(async () =>
            {
                await using var session = await all.RentAsync(cancellation);
                var tables = await SourceTables.ReadAsync(session.Connection, schema, plan, move, names is { AreExchanged: true }, cancellation);
                session.Keep();
                return new PostgresLiveSource(all, schema, plan, move, runner, tables, names);
            });
        }
        catch
        {
            await all.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every change that commits after this is in the log.</summary>
    /// <exception cref="OtherMoveException">The source is recorded for another move.</exception>
    /// <exception cref="SourceSchemaException">The schema is not the one that was planned.</exception>
    public Task RecordAsync(CancellationToken cancellation) => GuardAsync(async () =>
    {
        if (await FindAsync(cancellation) is not { } row)
        {
            if (_runner is not null) await _runner.CheckLease();
            await using var session = await _sessions.Rent(cancellation);
            await using var transaction = await session.Connection.BeginTransactionAsync(cancellation);
            await SourceRow.MakeAsync(session.Connection, _move, _runner?.Epoch, cancellation);
            await transaction.CommitAsync(cancellation);
            session.Keep();
        }
        else if (row.Recorded) return true;
        await TakeAsync(cancellation);
        foreach (var table in _planned.Tables.Values) await InstallAsync(table, cancellation);
        return await _sessions.WriteAsync(
            async (connection, transaction) =>
            {
                await LockAsync(connection, transaction, _planned.Tables.Values, cancellation);
                if (SchemaText.Hash(await SchemaCatalogReader.ReadAsync(connection, _schema, [_schema], cancellation), []) != _plan.SourceSchemaHash) throw new SourceSchemaException(_schema);
                var shape = await SourceShape.ReadAsync(connection, [.. _planned.Tables.Values], cancellation);
                await SourceRow.NoteRecordedAsync(connection, _move, shape, cancellation);
                return true;
            },
            cancellation);
    });

    public async Task<bool> IsRecordedAsync(CancellationToken cancellation) => await GuardAsync(() => FindAsync(cancellation)) is { Recorded: true };

    public ILiveRows OpenRows(string? since, Action<LiveTable, UnfitRow> unfit) => new PostgresLiveRows(this, since);

    /// <summary>Its ranges are of its key already, or it has one.</summary>
    public TablePlan ForVerification(TablePlan table) => table;

    /// <remarks>
    /// Looked at in this order: whose the source was, that this runner holds the run; then the former one's sessions are ended, and only then, if the source is still that one's, it becomes this one's.
    /// </remarks>
    /// <exception cref="LeaseLostException">Another has taken it meanwhile.</exception>
    public Task TakeAsync(CancellationToken cancellation) => GuardAsync(async () =>
    {
        if (_runner is null || await FindAsync(cancellation) is not { } row || row.Epoch == _runner.Epoch) return true;
        await _runner.CheckLease();
        await using var session = await _sessions.Rent(cancellation);
        if (row.Epoch is { } former) await EndSessionsAsync(session.Connection, former, cancellation);
        await using (var transaction = await session.Connection.BeginTransactionAsync(cancellation))
        {
            await SourceRow.TakeAsync(session.Connection, _move, row.Epoch, _runner.Epoch, cancellation);
            await transaction.CommitAsync(cancellation);
        }
        // One that was opened between the first look and now, and found its epoch still there.
        if (row.Epoch is { } late) await EndSessionsAsync(session.Connection, late, cancellation);
        session.Keep();
        return true;
    });

    /// <remarks>Table by table, each as soon as nobody uses it for a moment: to drop a trigger takes a lock that keeps everybody away, and that whoever reads keeps from it.</remarks>
    public Task RemoveAsync(CancellationToken cancellation) => GuardAsync(async () =>
    {
        if (await FindAsync(cancellation) is null) return true;
        await TakeAsync(cancellation);
        // Whoever goes on after this reads no more of it, and applies nothing.
        await _sessions.WriteAsync(
            async (connection, transaction) =>
            {
                await SourceRow.NoteEndingAsync(connection, _move, cancellation);
                return true;
            },
            cancellation);
        await _sessions.AskAsync(
            async connection =>
            {
                if (_names is not null) _names.Note(await SideNames.ReadAsync(connection, _move, cancellation));
                return true;
            },
            cancellation);
        foreach (var table in Now.Tables.Values) await _sessions.WriteWhenUnusedAsync(table, [.. PostgresCapture.Remove(table), .. PostgresFence.Remove(table)], s_patience, cancellation);
        await _sessions.WriteWhenUnusedAsync([], (connection, _) => SourceRow.RemoveAsync(connection, _move, cancellation), s_patience, cancellation);
        return true;
    });

    /// <exception cref="RewoundException">What is here is not what went on from that position.</exception>
    /// <exception cref="SourceShapeException">A table was changed.</exception>
    public Task<IChangeDelta> ReadDeltaAsync(string since, bool whole, CancellationToken cancellation) => GuardAsync(() => SideNames.RunAsync<IChangeDelta>(_names, async () =>
    {
        var session = await _sessions.Rent(cancellation);
        PostgresDelta? delta = null;
        try
        {
            SourcePosition here = default;
            var touched = new HashSet<int>();
            delta = await PostgresDelta.OpenAsync(
                session, Now.Tables, SourcePosition.Parse(since).Snapshot, t => touched.Contains(Now.Tables[t].Number),
                async (connection, transaction) =>
                {
                    here = await LookAsync(connection, transaction, [.. Now.Tables.Values], since, cancellation);
                    if (whole) touched.UnionWith(await TouchedAsync(connection, transaction, cancellation));
                },
                cancellation);
            if (delta.Keys.Count == 0 && delta.Whole.Count == 0) return new SourceDelta(delta, since, here.ToString());
            // What was read is durable before it is applied anywhere, and a source that is set back to before this is known by it.
            var readings = await _sessions.WriteAsync((connection, _) => SourceRow.CountReadingAsync(connection, _move, cancellation), cancellation);
            return new SourceDelta(delta, since, (here with { Readings = readings }).ToString());
        }
        catch
        {
            if (delta is not null) delta.Dispose();
            else await session.DisposeAsync();
            throw;
        }
    }));

    public Task<string?> AppliedAsync(CancellationToken cancellation) =>
        GuardAsync(() => _sessions.AskAsync(connection => SourceRow.AppliedAsync(connection, _move, locking: false, cancellation), cancellation));

    public async Task<DeltaRows> ApplyAsync(IChangeDelta delta, CancellationToken cancellation)
    {
        if (delta.Keys.Count == 0 && delta.Whole.Count == 0) return default;
        return await SideNames.RunAsync(_names, () => _sessions.WriteAsync(
            async (connection, transaction) =>
            {
                if (await SourceRow.AppliedAsync(connection, _move, locking: true, cancellation) is { } applied && applied != delta.Since) throw new StalePositionException();
                if (_names is not null) await LockAsync(connection, transaction, Now.Tables.Values, cancellation);
                await CheckNamesAsync(connection, cancellation);
                await SourceShape.CheckAsync(connection, [.. Now.Tables.Values], await ShapeAsync(connection, cancellation), cancellation);
                var rows = await new DeltaApply(connection, transaction, t => Now.Tables[t].Qualified, (_, _, _) => Task.CompletedTask).RunAsync(delta, cancellation);
                if (rows.Unfit > 0) throw new UnholdableRowsException(rows.Unfit);
                await SourceRow.NoteAppliedAsync(connection, _move, delta.Until, cancellation);
                return rows;
            },
            cancellation));
    }

    public async Task FenceAsync(TimeSpan patience, Func<Task> drain, CancellationToken cancellation)
    {
        await using var session = await GuardAsync(() => _sessions.Rent(cancellation));
        await PostgresFence.RaiseAsync(session.Connection, [.. Now.Tables.Values], patience, (connection, transaction) => _sessions.Hold(connection, transaction, cancellation), DrainAsync, cancellation);
        session.Keep();

        async Task DrainAsync()
        {
            await CheckNamesAsync(session.Connection, cancellation);
            await drain();
        }
    }

    public Task UnfenceAsync(CancellationToken cancellation) => GuardAsync(() => SideNames.RunAsync(_names, () => _sessions.WriteAsync(
        async (connection, transaction) =>
        {
            // Even to find that it is down already would wait for every writer.
            foreach (var statement in (await PostgresFence.RaisedAsync(connection, transaction, [.. Now.Tables.Values], cancellation)).SelectMany(PostgresFence.Lower)) await ExecuteAsync(connection, transaction, statement, cancellation);
            await CheckNamesAsync(connection, cancellation);
            return true;
        },
        cancellation)));

    public Task<IReadOnlyDictionary<string, long>> ReadNumbersAsync(CancellationToken cancellation) =>
        GuardAsync(() => _sessions.AskAsync(connection => PostgresSequences.ReadAsync(connection, Now.SequenceNames, cancellation), cancellation));

    public Task ContinueNumbersAsync(IReadOnlyDictionary<string, long> last, CancellationToken cancellation) => GuardAsync(() => _sessions.WriteAsync(
        async (connection, _) =>
        {
            await PostgresSequences.ContinueAsync(connection, Now.SequenceNames, last, cancellation);
            return true;
        },
        cancellation));

    public Task<string?> FindHolderAsync(CancellationToken cancellation) => GuardAsync(() => _sessions.AskAsync(connection => Horizon.FindHolderAsync(connection, cancellation), cancellation));

    internal CapturedRelation Captured(LiveTable table) => Now.Tables[table];

    /// <summary>A session, for whoever reads on a thread of its own.</summary>
    internal TargetSession Rent(CancellationToken cancellation) => _sessions.Rent(cancellation).GetAwaiter().GetResult();

    internal void Look(NpgsqlConnection connection, IReadOnlyCollection<CapturedRelation> tables, string? since, CancellationToken cancellation) =>
        LookAsync(connection, transaction: null, tables, since, cancellation).GetAwaiter().GetResult();

    internal static SourceFaultException Unreadable(Exception fault) => new(SourceReadException.Of(fault).Message, fault);

    internal static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (SourceReadException.IsSources(fault))
        {
            throw Unreadable(fault);
        }
    }

    /// <summary>
    /// Locks tables against changes of their shape, which nobody but who makes such has to wait for, and looks whether they are what they were, and the log what was read. First of all in a transaction: the
    /// snapshot is taken only after the locks.
    /// </summary>
    private async Task<SourcePosition> LookAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyCollection<CapturedRelation> tables, string? since, CancellationToken cancellation)
    {
        await LockAsync(connection, transaction, tables, cancellation);
        await CheckNamesAsync(connection, cancellation);
        if (await SourceRow.FindAsync(connection, _move, cancellation) is not { Recorded: true } row) throw new RewoundException("the source holds no recording of this move any more");
        await SourceShape.CheckAsync(connection, tables, row.Shape, cancellation);
        await using var command = new NpgsqlCommand("SELECT pg_current_snapshot()::text, left(pg_walfile_name(pg_current_wal_lsn()), 8), readings FROM godwit.live_sources WHERE move = $1", connection, transaction)
        { Parameters = { new() { Value = _move } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var here = new SourcePosition(reader.GetString(0), reader.GetString(1), reader.GetInt64(2));
        if (since is not null && SourcePosition.Parse(since) is { Timeline: not null } there && (there.Timeline != here.Timeline || there.Readings > here.Readings))
            throw new RewoundException("the source has lost changes that were read from it, or may have: it was restored, or another server has taken its place");
        return here;
    }

    /// <summary>Tables without a key that anybody has ever written to since the recording began: the others are as they were copied, and verified.</summary>
    private async Task<IReadOnlyCollection<int>> TouchedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        var looks = Now.Tables.Where(t => t.Key.IsWhole).Select(t => string.Create(CultureInfo.InvariantCulture, $"SELECT {t.Value.Number} WHERE EXISTS (SELECT FROM {PostgresCapture.LogOf(t.Value)})")).ToList();
        var touched = new List<int>();
        if (looks.Count == 0) return touched;
        await using var command = new NpgsqlCommand(string.Join(" UNION ALL ", looks), connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) touched.Add(reader.GetInt32(0));
        return touched;
    }

    private async Task<IReadOnlyDictionary<string, string>> ShapeAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        _shape ??= (await SourceRow.FindAsync(connection, _move, cancellation))?.Shape ?? throw new RewoundException("the source holds no recording of this move any more");

    private async Task InstallAsync(CapturedRelation table, CancellationToken cancellation)
    {
        await using var session = await _sessions.Rent(cancellation);
        await using (var transaction = await PostgresFence.LockAsync(session.Connection, [table], s_patience, (connection, held) => _sessions.Hold(connection, held, cancellation), cancellation))
        {
            if (await OthersAsync(session.Connection, table, cancellation) is { } other) throw new OtherMoveException(other, "the triggers of the table whose names hold `_godwit_`, and the functions and tables of the schema godwit that they are of");
            if (!await IsInstalledAsync(session.Connection, table, cancellation))
            {
                // A partitioned table has no rows of its own: writes to it are recorded where they end.
                var recording = _planned.Tables.First(t => t.Value == table).Key.Plan.Partitioned ? [] : PostgresCapture.Install(table, _move);
                foreach (var statement in recording.Concat(PostgresFence.Make(table, _move, Message))) await ExecuteAsync(session.Connection, transaction, statement, cancellation);
            }
            await transaction.CommitAsync(cancellation);
        }
        session.Keep();
    }

    /// <summary>What records or fences the table for another move; null where nothing does.</summary>
    private async Task<string?> OthersAsync(NpgsqlConnection connection, CapturedRelation table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT p.proname::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE t.tgrelid = $1::regclass AND n.nspname = 'godwit' AND p.proname ~ '^(record|refuse)_' AND NOT p.proname = ANY ($2) LIMIT 1
            """, connection)
        { Parameters = { new() { Value = table.Qualified }, new() { Value = new[] { $"record_{table.Id}", $"refuse_{table.Id}" } } } };
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    private static async Task<bool> IsInstalledAsync(NpgsqlConnection connection, CapturedRelation table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'godwit' AND p.proname = $1)", connection) { Parameters = { new() { Value = $"refuse_{table.Id}" } } };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private static async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, IEnumerable<CapturedRelation> tables, CancellationToken cancellation)
    {
        try
        {
            await using var command = new NpgsqlCommand($"LOCK TABLE {string.Join(", ", tables.Select(t => "ONLY " + t.Qualified))} IN ACCESS SHARE MODE", connection, transaction);
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException gone) when (gone.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw new SourceShapeException(gone.MessageText);
        }
    }

    private static async Task EndSessionsAsync(NpgsqlConnection connection, Guid epoch, CancellationToken cancellation)
    {
        while (true)
        {
            await using var command = new NpgsqlCommand(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND starts_with(application_name, $1)", connection)
            { Parameters = { new() { Value = TargetSessions.NameOf(epoch) } } };
            if (await command.ExecuteScalarAsync(cancellation) is 0L) return;
            await Task.Delay(s_poll, cancellation);
        }
    }

    private Task<SourceRow?> FindAsync(CancellationToken cancellation) => _sessions.AskAsync(connection => SourceRow.FindAsync(connection, _move, cancellation), cancellation);

    private Task CheckNamesAsync(NpgsqlConnection connection, CancellationToken cancellation) => _names?.CheckAsync(connection, cancellation) ?? Task.CompletedTask;

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception fault) when (SourceReadException.IsSources(fault))
        {
            throw Unreadable(fault);
        }
    }

    public ValueTask DisposeAsync() => _all.DisposeAsync();
}
