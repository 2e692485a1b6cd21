using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Schemas;
using Godwit.Sqlite.Transforming;

namespace Godwit.Sqlite.Capture;

/// <summary>
/// A SQLite database that is moved while applications write to it: its changes are recorded in itself, and read in short transactions. While it is
/// copied and followed it is written to only when a runner takes it and when a table's recording is made again, since each commit may fail an application's deferred transaction
/// (SQLITE_BUSY_SNAPSHOT).
/// </summary>
public sealed class SqliteLiveSource : ILiveSource, IDisposable
{
    private readonly string _path;
    private readonly Guid _move;
    private readonly LiveRunner? _runner;
    private readonly SqliteConnection _writer;
    private readonly SqliteConnection _reader;
    private readonly TransformFunctions? _functions;
    private readonly LiveSchema _schema;
    private string? _epoch;

    private SqliteLiveSource(string path, Guid move, LiveRunner? runner, SqliteConnection writer, SqliteConnection reader, TransformFunctions? functions, LiveSchema schema)
    {
        _path = path;
        _move = move;
        _runner = runner;
        _writer = writer;
        _reader = reader;
        _functions = functions;
        _schema = schema;
        Encoding = TextEncodings.Of(writer);
        Use(reader);
    }

    /// <summary>The tables of the move, those without a key included.</summary>
    public IReadOnlyCollection<LiveTable> Tables => [.. _schema.Tables.Keys];

    internal TextEncoding Encoding { get; }

    internal LiveSchema Schema => _schema;

    /// <param name="path">The database file.</param>
    /// <param name="plan">What is moved.</param>
    /// <param name="move">The move.</param>
    /// <param name="runner">Who holds the run; null where nobody has to.</param>
    /// <param name="functions">The move's transforms; null where it has none.</param>
    /// <exception cref="SqliteException">The file cannot be opened for writing.</exception>
    /// <exception cref="SourceShapeException">A table of the plan is not there.</exception>
    public static SqliteLiveSource Open(string path, MovePlan plan, Guid move, LiveRunner? runner = null, TransformFunctions? functions = null) =>
        Open(path, move, runner, functions, writer => LiveSchema.Of(SchemaReader.Read(writer), plan));

    /// <summary>Opens a source for <see cref="RemoveAsync"/> alone: whatever has become of its tables.</summary>
    /// <exception cref="SqliteException">The file cannot be opened for writing.</exception>
    public static SqliteLiveSource OpenToRemove(string path, Guid move, LiveRunner? runner) => Open(path, move, runner, functions: null, _ => LiveSchema.Empty);

    private static SqliteLiveSource Open(string path, Guid move, LiveRunner? runner, TransformFunctions? functions, Func<SqliteConnection, LiveSchema> schema)
    {
        var writer = SqliteConnection.OpenLive(path);
        SqliteConnection? reader = null;
        try
        {
            reader = OpenReader(path);
            return SqliteLocks.Read(() => new SqliteLiveSource(path, move, runner, writer, reader, functions, schema(writer)), CancellationToken.None);
        }
        catch
        {
            reader?.Dispose();
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Tables of a plan whose rows cannot be told apart while they change.</summary>
    public static IReadOnlyList<TablePlan> WithoutKey(SourceFile source, MovePlan plan) => [.. LiveSchema.Of(SchemaReader.Read(source.Control), plan).Tables.Keys.Where(t => !t.HasKey).Select(t => t.Plan)];

    /// <summary>
    /// Tables of a plan that this process cannot write to, with what SQLite says: a column, an index or a check of theirs calls a function, or goes by a collation, that only the application's own connections have.
    /// It would be found when changes are brought back, when it is too late.
    /// </summary>
    public static IReadOnlyList<(TablePlan Table, string Why)> Unwritable(SourceFile source, MovePlan plan)
    {
        var entries = SchemaEntry.ReadAll(source.Control);
        return [.. plan.Tables.Select(t => (Table: t, Why: WhatIsMissing(entries.Where(e => e.Table == t.SourceName && (e.Type is "table" or "index"))))).Where(t => t.Why is not null).Select(t => (t.Table, t.Why!))];
    }

    /// <summary>Of a table and its indexes, made again where nothing but SQLite's own is known; a connection that only reads does not look.</summary>
    private static string? WhatIsMissing(IEnumerable<SchemaEntry> entries)
    {
        using var empty = SqliteConnection.OpenInMemory();
        try
        {
            foreach (var sql in entries.Select(e => e.Sql).OfType<string>()) empty.Execute(sql);
            return null;
        }
        catch (SqliteException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>Every change that commits after this is in the log.</summary>
    /// <exception cref="OtherMoveException">The source is recorded for another move.</exception>
    public async Task RecordAsync(CancellationToken cancellation)
    {
        if (Find(SqliteState.Move, cancellation) is { } recorded)
        {
            if (recorded != _move.ToString()) throw new OtherMoveException(recorded);
            return;
        }
        if (_runner is not null) await _runner.CheckLease();
        Write(
            _writer,
            () =>
            {
                SqliteCapture.Install(_writer, [.. _schema.Tables.Values]);
                SqliteState.Write(_writer, SqliteState.Move, _move.ToString());
                if (_runner is not null) SqliteState.Write(_writer, SqliteState.Epoch, _runner.Epoch.ToString());
                SqliteState.Write(_writer, SqliteState.Shape, CaptureNames.Number(LiveSchema.VersionOf(_writer)));
            },
            cancellation);
        _epoch = _runner?.Epoch.ToString();
    }

    public Task<bool> IsRecordedAsync(CancellationToken cancellation) => Task.FromResult(IsRecorded(cancellation));

    private bool IsRecorded(CancellationToken cancellation) => Find(SqliteState.Move, cancellation) == _move.ToString();

    public ILiveRows OpenRows(string? since, Action<LiveTable, UnfitRow> unfit) => new SqliteLiveRows(this, since, unfit);

    public TablePlan ForVerification(TablePlan table) => _schema.Tables.First(t => t.Key.Plan.SourceName == table.SourceName).Value.Key is { IsRowId: true } ? table : table with { Ranges = [new RowIdRange(null, null)] };

    /// <remarks>
    /// Looked at in this order: whose the source was, that this runner holds the run, and only then, if the source is still that one's, it becomes this one's. Whoever has
    /// lost the run in between changes nothing.
    /// </remarks>
    /// <exception cref="LeaseLostException">Another has taken it meanwhile.</exception>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        if (_runner is null || Find(SqliteState.Epoch, cancellation) is not { } before) return;
        var mine = _runner.Epoch.ToString();
        if (before != mine)
        {
            await _runner.CheckLease();
            Transact(
                _writer,
                () =>
                {
                    var now = SqliteState.Read(_writer, SqliteState.Epoch);
                    // Another session of this very runner may have been as quick.
                    if (now == mine) return;
                    if (now != before) throw new LeaseLostException();
                    SqliteState.Write(_writer, SqliteState.Epoch, mine);
                },
                cancellation);
        }
        _epoch = mine;
    }

    public async Task RemoveAsync(CancellationToken cancellation)
    {
        if (!IsRecorded(cancellation)) return;
        await TakeAsync(cancellation);
        Write(_writer, () => SqliteCapture.Remove(_writer), cancellation);
    }

    public string Beginning => LogPosition.Beginning;

    /// <exception cref="SqliteException">The source cannot be read now.</exception>
    public Task<IChangeDelta> ReadDeltaAsync(string since, bool whole, CancellationToken cancellation)
    {
        Begin(_reader, cancellation);
        try
        {
            return Task.FromResult<IChangeDelta>(SqliteDelta.Read(_reader, Encoding, _schema.Tables, since, whole));
        }
        catch
        {
            _reader.RollBack();
            throw;
        }
    }

    public Task<string?> AppliedAsync(CancellationToken cancellation) => Task.FromResult(Find(SqliteState.Applied, cancellation));

    public Task<DeltaRows> ApplyAsync(IChangeDelta delta, CancellationToken cancellation)
    {
        if (delta.Keys.Count == 0 && delta.Whole.Count == 0) return Task.FromResult(default(DeltaRows));
        RaiseAgain(cancellation);
        using var connection = SqliteConnection.OpenLive(_path);
        connection.WriteAsIs();
        var rows = default(DeltaRows);
        Write(
            connection,
            () =>
            {
                if ((SqliteState.Read(connection, SqliteState.Applied) ?? delta.Since) != delta.Since) throw new StalePositionException();
                rows = new SqliteApply(connection, Encoding, _schema.Tables).Run(delta, cancellation);
                if (rows.Unfit > 0) throw new UnholdableRowsException(rows.Unfit);
                SqliteState.Write(connection, SqliteState.Applied, delta.Until);
            },
            cancellation);
        return Task.FromResult(rows);
    }

    /// <summary>
    /// Changes come from the new side while the fence stands here. An application that builds a table anew here, as its migrations may at a start, takes the fence along and leaves a gap in the
    /// recording: whoever finds that closes both, has the table carried whole when it goes forward again, and says so once.
    /// </summary>
    private void RaiseAgain(CancellationToken cancellation)
    {
        if (SqliteLocks.Read(() => !IsFenced || SqliteFence.Fallen(_writer, [.. _schema.Tables.Values]).Count == 0, cancellation)) return;
        // The tables as they are now; it makes their recording again.
        Begin(_reader, cancellation);
        _reader.RollBack();
        IReadOnlyList<CapturedTable> fallen = [];
        Write(
            _writer,
            () =>
            {
                fallen = SqliteFence.Fallen(_writer, [.. _schema.Tables.Values]);
                SqliteFence.Raise(_writer, fallen);
            },
            cancellation);
        if (fallen.Count > 0) throw new FenceFallenException(fallen[0].Table.Name);
    }

    public async Task FenceAsync(TimeSpan patience, Func<Task> drain, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        SqliteLocks.BeginWriting(_writer, limit.Token);
        _schema.Mends = false;
        try
        {
            CheckEpoch(_writer);
            await drain();
            SqliteFence.Raise(_writer, [.. _schema.Tables.Values]);
            SqliteState.Write(_writer, SqliteState.Fenced, "yes");
            SqliteLocks.Commit(_writer, limit.Token);
        }
        catch
        {
            _writer.RollBack();
            throw;
        }
        finally
        {
            _schema.Mends = true;
        }
    }

    public Task UnfenceAsync(CancellationToken cancellation)
    {
        if (!SqliteLocks.Read(() => IsFenced, cancellation)) return Task.CompletedTask;
        Write(
            _writer,
            () =>
            {
                SqliteFence.Lower(_writer);
                SqliteState.Write(_writer, SqliteState.Fenced, "no");
            },
            cancellation);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyDictionary<string, long>> ReadNumbersAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<string, long>>(_schema.Tables.Where(t => t.Value.Table.RowIdAlias is not null).ToDictionary(t => t.Key.Plan.TargetName, t => SqliteLocks.Read(() => SqliteNumbers.Last(_writer, t.Value.Table), cancellation), StringComparer.Ordinal));

    public Task ContinueNumbersAsync(IReadOnlyDictionary<string, long> last, CancellationToken cancellation)
    {
        Write(_writer, () => SqliteNumbers.Continue(_writer, _schema.Tables.Where(t => last.ContainsKey(t.Key.Plan.TargetName)).Select(t => (t.Value.Table, last[t.Key.Plan.TargetName]))), cancellation);
        return Task.CompletedTask;
    }

    /// <summary>A connection for reading rows, which sees the move's transforms.</summary>
    internal SqliteConnection OpenReader()
    {
        var connection = OpenReader(_path);
        Use(connection);
        return connection;
    }

    /// <summary>Begins to read: with tables as they were when their recording was made, or mended by now.</summary>
    internal void Begin(SqliteConnection connection, CancellationToken cancellation) =>
        _schema.Begin(connection, broken => Write(_writer, () => SqliteCapture.Mend(_writer, broken), cancellation), cancellation);

    private static SqliteConnection OpenReader(string path)
    {
        var connection = SqliteConnection.OpenLive(path);
        connection.Execute("PRAGMA temp_store = MEMORY");
        return connection;
    }

    private void Use(SqliteConnection connection)
    {
        if (_functions is { IsEmpty: false }) TransformCall.Register(connection, _functions, Encoding);
    }

    private void Write(SqliteConnection connection, Action work, CancellationToken cancellation) => Transact(
        connection,
        () =>
        {
            CheckEpoch(connection);
            work();
        },
        cancellation);

    private static void Transact(SqliteConnection connection, Action work, CancellationToken cancellation)
    {
        SqliteLocks.BeginWriting(connection, cancellation);
        try
        {
            work();
            SqliteLocks.Commit(connection, cancellation);
        }
        catch
        {
            connection.RollBack();
            throw;
        }
    }

    private bool IsFenced => SqliteState.IsThere(_writer) && SqliteState.Read(_writer, SqliteState.Fenced) == "yes";

    /// <summary>What the source itself holds of the move; null where it holds nothing.</summary>
    private string? Find(string name, CancellationToken cancellation) =>
        SqliteLocks.Read(() => SqliteState.IsThere(_writer) ? SqliteState.Read(_writer, name) : null, cancellation);

    private void CheckEpoch(SqliteConnection connection)
    {
        if (SqliteState.IsThere(connection) && SqliteState.Read(connection, SqliteState.Epoch) != _epoch) throw new LeaseLostException();
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
    }
}
