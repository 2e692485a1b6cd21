using System.Collections.Concurrent;
using System.Data;
using Godwit.Engine.Moves;
using Godwit.Engine.Moves.Keyed;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Sourcing.Catalog;
using Godwit.Postgres.Sourcing.Planning;
using Npgsql;

namespace Godwit.Postgres.Sourcing;

/// <summary>
/// A schema of a PostgreSQL database opened as a source: nothing of it is changed, and every connection reads one snapshot (pg_export_snapshot), as pg_dump's
/// do. From planning on, the tables are locked in ACCESS SHARE: rows may be written beside it, their shape may not be changed.
/// </summary>
public sealed class SourceDatabase : IDisposable
{
    private readonly PostgresTarget _server;
    private readonly PostgresSource _sessions;
    private readonly NpgsqlConnection _control;
    private readonly NpgsqlTransaction _transaction;
    private readonly ConcurrentBag<NpgsqlConnection> _idle = [];
    private readonly string _exported;
    private readonly long _mark;
    private SourceStamp _stamp;

    private SourceDatabase(PostgresTarget server, string schema, PostgresSource sessions, NpgsqlConnection control, NpgsqlTransaction transaction, string exported, long mark, SourceStamp stamp)
    {
        (_server, Schema, _sessions, _control, _transaction, _exported, _mark, _stamp) = (server, schema, sessions, control, transaction, exported, mark, stamp);
    }

    public string Schema { get; }

    public PostgresTarget Server => _server;

    /// <summary>What the source was like when it was planned; before that it says nothing of tables.</summary>
    public SourceStamp Stamp => _stamp;

    /// <summary>Bytes of the database, when it was opened.</summary>
    public long Size { get; private init; }

    /// <summary>Opens a source, or says everything that is known to speak against it.</summary>
    public static async Task<SourceReading> OpenAsync(PostgresUrl url, string schema, ConnectionEnvironment environment, CancellationToken cancellation)
    {
        var reading = await PostgresTarget.ConnectAsync(url, environment, cancellation);
        var findings = reading.Findings.Select(SourceReading.OfSource).ToList();
        if (reading.Target is not { } server) return new SourceReading(null, findings);
        try
        {
            return await OpenAsync(server, schema, findings, cancellation);
        }
        catch (Exception fault) when (SourceReadException.IsSources(fault))
        {
            return new SourceReading(null, [.. findings, Finding.Error(FindingCodes.SourceUnreadable, SourceReadException.Of(fault).Message)]);
        }
    }

    /// <summary>A connection on the snapshot. Give it back with <see cref="Return"/>, or close it.</summary>
    /// <exception cref="SourceReadException">There is none to be had.</exception>
    internal NpgsqlConnection RentReader()
    {
        if (_idle.TryTake(out var idle)) return idle;
        try
        {
            var connection = _sessions.Open();
            try
            {
                // It ends with its connection.
                _ = connection.BeginTransaction(IsolationLevel.RepeatableRead);
                using var import = new NpgsqlCommand($"SET TRANSACTION SNAPSHOT {TargetName.Literal(_exported)}", connection);
                import.ExecuteNonQuery();
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch (Exception fault) when (SourceReadException.IsSources(fault))
        {
            throw SourceReadException.Of(fault);
        }
    }

    internal void Return(NpgsqlConnection connection) => _idle.Add(connection);

    /// <summary>Whether a target is this very database: told by a lock of this source's that it sees, whatever addresses say.</summary>
    public async Task<bool> IsAsync(PostgresTarget target, CancellationToken cancellation)
    {
        await using var sessions = target.OpenSource(new SessionSettings { RunId = "same", Role = "look" });
        await using var connection = await sessions.OpenAsync(cancellation);
        return await SourceLocks.SeesAsync(connection, _mark, cancellation);
    }

    /// <summary>Reads the catalog, counts rows and cuts ranges.</summary>
    /// <exception cref="SourceReadException">The source cannot be read on.</exception>
    public Task<SourcePlanResult> PlanAsync(SourcePlanOptions options, int jobs, MoveProgress progress, CancellationToken cancellation) => SourceReadException.GuardAsync(
        async () =>
        {
            await LockAsync([], cancellation);
            var catalog = await SchemaCatalogReader.ReadAsync(_control, Schema, [Schema], cancellation);
            var dependents = ColumnReshaping.IsAsked(options.Map) ? await ColumnDependent.ReadAsync(_control, Schema, cancellation) : [];
            var result = SourcePlanner.Plan(catalog, _server.Server.Version, await SourceLocks.LargeObjectsAsync(_control, cancellation), options, dependents);
            if (result.Plan is not { } plan) return result;
            progress.Begin(MovePhase.Profile, plan.Tables.Count);
            var counted = new ConcurrentDictionary<string, TablePlan>(StringComparer.Ordinal);
            var marks = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
            await Workers.RunAsync(plan.Tables, jobs, (table, _) => Count(table, options.RowsPerRange, counted, marks, progress), cancellation);
            string[] made = plan.Schema == Schema ? [.. plan.Tables.Select(t => t.TargetName), .. plan.Postgres!.Sequences.Select(s => s.Name)] : [];
            _stamp = _stamp with
            {
                SchemaHash = plan.SourceSchemaHash,
                Marks = new SortedDictionary<string, string>(marks, StringComparer.Ordinal),
                Made = [.. made.Where(n => catalog.Tables.All(t => t.Name != n) && catalog.Sequences.All(s => s.Name != n))],
            };
            if (Unsendable.Find(_control, Schema, plan.Tables) is { Count: > 0 } unsendable) return result with { Plan = null, Findings = [.. result.Findings, .. unsendable] };
            result = result with { Plan = plan with { Tables = [.. plan.Tables.Select(t => counted[t.SourceName])] } };
            var failures = new ConcurrentBag<Finding>();
            await Workers.RunAsync(result.Plan!.Tables.Where(KeyedMoves.IsKeyed), jobs, (table, token) =>
            {
                foreach (var failure in KeyedValues.FindFailures(new PostgresRowSource(this), table, token)) failures.Add(failure);
                return Task.CompletedTask;
            }, cancellation);
            return failures.IsEmpty ? result : result with { Plan = null, Findings = [.. result.Findings, .. failures.OrderBy(f => f.Message, StringComparer.Ordinal)] };
        });

    /// <summary>The tables that a move of everything moves.</summary>
    public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellation) => SourceReadException.GuardAsync<IReadOnlyList<string>>(
        async () => [.. (await SchemaCatalogReader.ReadAsync(_control, Schema, [Schema], cancellation)).Tables.Where(t => !t.Extension && t.Kind != "f").Select(t => t.Name)]);

    /// <summary>What stands in the source and not in a plan, or the other way round.</summary>
    public Task<IReadOnlyList<Finding>> CompareAsync(
        MovePlan plan, IReadOnlyCollection<string> leftOut, IReadOnlyDictionary<string, IReadOnlyList<string>>? leftOutColumns, CancellationToken cancellation) => SourceReadException.GuardAsync(
        async () => SourceCoverage.Compare(await SchemaCatalogReader.ReadAsync(_control, Schema, [Schema], cancellation), plan, leftOut, leftOutColumns));

    /// <summary>Whether the source still shows what another opening of it, maybe long ago, has read. It then goes on with that one's stamp.</summary>
    public Task<bool> IsStillAsync(SourceStamp before, CancellationToken cancellation) => SourceReadException.GuardAsync(
        async () =>
        {
            if ((before.System, before.Database, before.Schema) != (_stamp.System, _stamp.Database, _stamp.Schema)) return false;
            await LockAsync(before.Made, cancellation);
            if (SchemaText.Hash(await SchemaCatalogReader.ReadAsync(_control, Schema, [Schema], cancellation), before.Made) != before.SchemaHash) return false;
            if (before.Marks.Any(m => RowMarks.Read(_control, Schema, m.Key, before.Oldest).Mark != m.Value)) return false;
            _stamp = before;
            return true;
        });

    /// <summary>
    /// The snapshot is older than the locks: what was emptied, rewritten or made in between would be read as if it had been so at the snapshot's moment.
    /// </summary>
    private async Task LockAsync(IReadOnlyCollection<string> made, CancellationToken cancellation)
    {
        await SourceLocks.TakeAsync(_control, Schema, made, cancellation);
        await using var now = await _sessions.OpenAsync(cancellation);
        if (!await SourceLocks.AgreeAsync(_control, now, Schema, made, cancellation)) throw new SourceReadException($"tables of schema {Schema} were changed, emptied or made while it was opened; try again");
    }

    internal bool HasChanged()
    {
        try
        {
            using var connection = _sessions.Open();
            using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
            using var look = new NpgsqlCommand("SELECT pg_current_snapshot()::text", connection);
            // No transaction has begun to write since, in the whole cluster, and none was at work then.
            if ((string)look.ExecuteScalar()! == _stamp.Snapshot && _stamp.Snapshot.Split(':') is [var oldest, var next, _] && oldest == next) return false;
            return _stamp.Marks.Any(m => RowMarks.Read(connection, Schema, m.Key, _stamp.Oldest).Mark != m.Value);
        }
        catch (Exception fault) when (SourceReadException.IsSources(fault))
        {
            throw SourceReadException.Of(fault);
        }
    }

    private Task Count(
        TablePlan table, long rowsPerRange, ConcurrentDictionary<string, TablePlan> counted, ConcurrentDictionary<string, string> marks, MoveProgress progress)
    {
        progress.At(table.SourceName);
        var reader = RentReader();
        try
        {
            var (rows, mark) = table.Partitioned ? (0L, null) : RowMarks.Read(reader, Schema, table.SourceName, _stamp.Oldest);
            counted[table.SourceName] = table with { Rows = rows, Ranges = RangeCutting.Cut(reader, Schema, table, rows, rowsPerRange) };
            if (mark is not null) marks[table.SourceName] = mark;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
        Return(reader);
        progress.Add(1);
        return Task.CompletedTask;
    }

    private static async Task<SourceReading> OpenAsync(PostgresTarget server, string schema, List<Finding> findings, CancellationToken cancellation)
    {
        var sessions = server.OpenSource(new SessionSettings
        {
            RunId = Guid.NewGuid().ToString("N"),
            Role = "source",
            StatementLimit = TimeSpan.Zero,
            // Behind a table that is being altered: whoever alters it may be waiting for hours.
            LockTimeout = TimeSpan.FromSeconds(30),
            Extra = new Dictionary<string, string>(StringComparer.Ordinal) { ["default_transaction_read_only"] = "on" },
        });
        NpgsqlConnection? control = null;
        try
        {
            control = await sessions.OpenAsync(cancellation);
            var transaction = await control.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            var facts = await SourceFacts.ReadAsync(control, schema, cancellation);
            if (facts.Obstacle(schema) is { } obstacle)
            {
                await control.DisposeAsync();
                await sessions.DisposeAsync();
                return new SourceReading(null, [.. findings, obstacle]);
            }
            var stamp = new SourceStamp(facts.System, facts.Database, schema, facts.Snapshot, "", new Dictionary<string, string>(StringComparer.Ordinal), []);
            return new SourceReading(new SourceDatabase(server, schema, sessions, control, transaction, facts.Exported, await SourceLocks.MarkAsync(control, cancellation), stamp) { Size = facts.Size }, findings);
        }
        catch
        {
            if (control is not null) await control.DisposeAsync();
            await sessions.DisposeAsync();
            throw;
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var idle)) idle.Dispose();
        _transaction.Dispose();
        _control.Dispose();
        _sessions.Dispose();
    }
}
