using System.Data;
using System.Globalization;
using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Copying;
using Godwit.Postgres.Reading;
using Godwit.Postgres.Sourcing;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>
/// Reads a table beside its writers, who do not notice: each part in a transaction of its own, so that no snapshot is held for long, which would keep VACUUM from its work. Parts are ranges of the key; a
/// table without one of a single integer is copied by ranges of its blocks, and verified in one part, since a row that is updated goes to another block.
/// </summary>
internal sealed class PostgresLiveReader(PostgresLiveSource source, LiveTable live, TablePlan table, ReadPurpose purpose, string? since, LiveExclusions left) : IRowReader
{
    private const long FewestBlocks = 512, MostBlocks = 65_536;

    /// <summary>What one part is to take.</summary>
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(1);

    private readonly CapturedRelation _captured = source.Captured(live);

    public long Read(RowIdRange range, RowImageBuffer buffer, IRowVisitor visitor, CancellationToken cancellation)
    {
        if (purpose == ReadPurpose.Quarantine || table.Partitioned) return 0;
        if (since is not null || range is not { After: null, UpTo: null }) Part(range, null, buffer, visitor, cancellation);
        else ReadBlocks(buffer, visitor, cancellation);
        return 0;
    }

    private void ReadBlocks(RowImageBuffer buffer, IRowVisitor visitor, CancellationToken cancellation)
    {
        Blocks? seen = null;
        var many = FewestBlocks * 4;
        for (var (at, more) = (0L, true); more;)
        {
            var began = TimeProvider.System.GetTimestamp();
            var from = at;
            Part(
                new RowIdRange(null, null),
                connection =>
                {
                    var blocks = Blocks.Read(connection, _captured);
                    // Of a table that was written anew (VACUUM FULL, CLUSTER) every row stands in another block.
                    if (seen is not null && blocks.File != seen.File) throw new SourceFaultException($"table {table.SourceName} of the source was written anew (VACUUM FULL, CLUSTER) while it was copied", new InvalidOperationException());
                    seen = blocks;
                    more = from + many < blocks.Count;
                    // The last part is open: rows may come to blocks that are added.
                    List<string> bounds = from == 0 ? [] : [Bound(">=", from)];
                    if (more) bounds.Add(Bound("<", from + many));
                    return bounds;
                },
                buffer, visitor, cancellation);
            at += many;
            var took = TimeProvider.System.GetElapsedTime(began);
            if (took < s_short / 2) many = Math.Min(many * 2, MostBlocks);
            else if (took > s_short * 2) many = Math.Max(many / 2, FewestBlocks);
        }

        static string Bound(string comparison, long block) => string.Create(CultureInfo.InvariantCulture, $"t.ctid {comparison} '({block},0)'");
    }

    /// <param name="look">Given the connection, under lock, says what else limits the part.</param>
    private void Part(RowIdRange range, Func<NpgsqlConnection, IReadOnlyList<string>>? look, RowImageBuffer buffer, IRowVisitor visitor, CancellationToken cancellation)
    {
        var session = PostgresLiveSource.Guard(() => source.Rent(cancellation));
        try
        {
            var connection = session.Connection;
            using var transaction = PostgresLiveSource.Guard(() => connection.BeginTransaction(IsolationLevel.RepeatableRead));
            List<string> conditions = [];
            PostgresLiveSource.Guard(() =>
            {
                source.Look(connection, [_captured], since, cancellation);
                if (look is not null) conditions.AddRange(look(connection));
                if (since is not null) conditions.AddRange(LeaveOut(connection, range, cancellation));
                return true;
            });
            using (var reader = new PostgresRowReader(connection, _ => { }, _captured.Schema, table, purpose, conditions)) reader.Read(range, buffer, visitor, cancellation);
            PostgresLiveSource.Guard(() =>
            {
                transaction.Commit();
                return true;
            });
            session.Keep();
        }
        catch (SourceReadException fault)
        {
            throw new SourceFaultException(fault.Message, fault);
        }
        finally
        {
            session.Release();
        }
    }

    /// <summary>Names the rows of a range that have changed since the position, and gives the condition that leaves them out.</summary>
    private IEnumerable<string> LeaveOut(NpgsqlConnection connection, RowIdRange range, CancellationToken cancellation)
    {
        var log = PostgresCapture.LogOf(_captured);
        if (!live.HasKey)
        {
            // The other side holds what was copied, which may be older than the position: untouched is what was never touched since the recording began.
            if (!Exists(connection, $"SELECT EXISTS (SELECT FROM {log})")) return [];
            left.AddWhole(live);
            return ["false"];
        }
        var position = TargetName.Literal(SourcePosition.Parse(since!).Snapshot);
        if (Exists(connection, $"SELECT {PostgresCapture.IsForAllRows(_captured, position)}"))
        {
            left.AddWhole(live);
            return ["false"];
        }
        var entries = PostgresCapture.Entries(_captured, position);
        var key = live.Key.Select(k => table.Columns[k]).ToList();
        string[] bounds = range is { After: null, UpTo: null } ? [] : [.. PostgresRowReader.Bounds(range, "c.k1")];
        var named = $"SELECT {string.Join(", ", key.Select((c, part) => $"c.{PostgresCapture.KeyColumn(part)}{(c.ComparedAsText ? "::text" : "")}"))} FROM {entries}{(bounds.Length == 0 ? "" : $" WHERE {string.Join(" AND ", bounds)}")}";
        using (var stream = connection.BeginRawBinaryCopy($"COPY ({named}) TO STDOUT (FORMAT binary)")) new TupleReader(stream, key: default, whole: true).ReadAll(new Naming(live, left), cancellation);
        // The planner knows nothing of the log, which grows as it is looked at: a loop over it for each row would never end.
        using (var plan = new NpgsqlCommand("SELECT set_config('enable_nestloop', 'off', true)", connection)) plan.ExecuteNonQuery();
        var same = key.Select((c, part) => $"c.{PostgresCapture.KeyColumn(part)} {live.KeyOperators?[part] ?? "="} t.{TargetName.Quote(c.SourceName)}");
        return [$"NOT EXISTS (SELECT FROM {entries} WHERE {string.Join(" AND ", same)})"];
    }

    private static bool Exists(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar() is true;
    }

    public void Dispose()
    {
        // Each part has had a session of its own.
    }

    private sealed class Naming(LiveTable table, LiveExclusions left) : ITupleVisitor
    {
        public void Visit(ReadOnlySpan<byte> image) => left.Add(table, image);

        public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("a key was not read in one piece");
    }

    /// <summary>How large a table is, and in which file.</summary>
    private sealed record Blocks(long Count, long File)
    {
        public static Blocks Read(NpgsqlConnection connection, CapturedRelation table)
        {
            using var command = new NpgsqlCommand("SELECT pg_relation_size(c) / current_setting('block_size')::bigint, pg_relation_filenode(c)::bigint FROM (SELECT $1::regclass AS c) AS r", connection) { Parameters = { new() { Value = table.Qualified } } };
            using var reader = command.ExecuteReader();
            reader.Read();
            return new Blocks(reader.GetInt64(0), reader.GetInt64(1));
        }
    }
}
