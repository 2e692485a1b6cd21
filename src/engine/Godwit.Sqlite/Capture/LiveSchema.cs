using Godwit.Engine.Live;
using Godwit.Model.Moves;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <summary>
/// The tables of a live move as the source has them, watched: an application that builds a table anew, as migration tools do, drops the triggers with the old one, and
/// whatever it writes until they are there again is in no log.
/// </summary>
internal sealed class LiveSchema
{
    private readonly Lock _gate = new();
    private Dictionary<LiveTable, CapturedTable> _tables;
    private long? _seen;

    private LiveSchema(Dictionary<LiveTable, CapturedTable> tables) => _tables = tables;

    public IReadOnlyDictionary<LiveTable, CapturedTable> Tables => _tables;

    /// <summary>Whether a gap is mended where it is found; not while the write lock is held.</summary>
    public bool Mends { get; set; } = true;

    /// <summary>Of no table.</summary>
    public static LiveSchema Empty => new([]);

    public static LiveSchema Of(SourceSchema schema, MovePlan plan)
    {
        var captured = new Dictionary<LiveTable, CapturedTable>();
        foreach (var (table, number) in plan.Tables.Select((t, i) => (t, i + 1)))
        {
            if (schema.FindTable(table.SourceName) is not { } source) throw new SourceShapeException(table.SourceName);
            var key = KeyOf(source, table);
            captured.Add(new LiveTable(table, key is null ? [] : [.. key.Columns.Select(c => ColumnOf(table, source.Columns[c].Name)!.Value)]), new CapturedTable(number, source, key));
        }
        return new LiveSchema(captured);
    }

    /// <summary>Begins a read transaction in which every recorded table has its recording.</summary>
    public void Begin(SqliteConnection connection, Action<IReadOnlyList<CapturedTable>> mend, CancellationToken cancellation)
    {
        while (true)
        {
            var version = SqliteLocks.BeginReading(connection, () => VersionOf(connection), cancellation);
            var open = true;
            try
            {
                lock (_gate)
                {
                    if (_seen == version) return;
                    var there = SchemaReader.Read(connection);
                    var tables = _tables.ToDictionary(t => t.Key, t => Again(t.Key, t.Value, there));
                    var broken = SqliteState.IsThere(connection) ? SqliteCapture.Broken(connection, [.. tables.Values]) : [];
                    if (broken.Count == 0)
                    {
                        (_tables, _seen) = (tables, version);
                        return;
                    }
                    if (!Mends) throw new RecordingLostException(broken[0].Table.Name);
                    connection.RollBack();
                    open = false;
                    mend(broken);
                    _tables = tables;
                }
            }
            catch
            {
                if (open) connection.RollBack();
                throw;
            }
        }
    }

    /// <summary>Another after every change of a table, an index or a trigger, and after a VACUUM (https://sqlite.org/pragma.html#pragma_schema_version).</summary>
    public static long VersionOf(SqliteConnection connection) => connection.QueryInteger("PRAGMA main.schema_version") ?? 0;

    private static CapturedTable Again(LiveTable table, CapturedTable before, SourceSchema there)
    {
        var source = there.FindTable(table.Plan.SourceName);
        var same = source is not null && source.Columns.Select(c => (c.Name, c.DeclaredType)).SequenceEqual(before.Table.Columns.Select(c => (c.Name, c.DeclaredType)));
        var key = same ? KeyOf(source!, table.Plan) : null;
        if (!same || !(key?.Columns ?? []).SequenceEqual(before.Key?.Columns ?? [])) throw new SourceShapeException(table.Plan.SourceName);
        return new CapturedTable(before.Number, source!, key);
    }

    /// <summary>None where a part of it does not go over as it is: the other side could not tell the rows by it.</summary>
    private static RowKey? KeyOf(SourceTable source, TablePlan table) =>
        RowKey.Of(source) is { } key && key.Columns.All(c => ColumnOf(table, source.Columns[c].Name) is { } at && table.Columns[at].Transform is null or { IsCopy: true }) ? key : null;

    private static int? ColumnOf(TablePlan table, string name) => Enumerable.Range(0, table.Columns.Count).Where(i => table.Columns[i].SourceName == name).Select(i => (int?)i).FirstOrDefault();
}
