using Godwit.Engine.Live;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Sqlite.Reading;

namespace Godwit.Sqlite.Capture;

/// <summary>
/// The rows of a source that is written to all along: read in short transactions, each of another moment. What changes in between is in the log, and whoever applies it
/// afterwards has every row as it is. To verify, rows that have changed since a position are left out, and named, so that the other side can leave out the same.
/// </summary>
/// <param name="source">The source, its recording installed.</param>
/// <param name="since">The position that the other side holds; null to read every row as it is.</param>
/// <param name="unfit">Told of each row that the other side cannot hold, from any thread.</param>
public sealed class SqliteLiveRows(SqliteLiveSource source, string? since, Action<LiveTable, UnfitRow> unfit) : ILiveRows
{
    private readonly Dictionary<TablePlan, LiveTable> _tables = source.Tables.ToDictionary(t => t.Plan);

    public LiveExclusions Left { get; } = new();

    public IRowReader OpenReader(TablePlan table, ReadPurpose purpose)
    {
        // Another plan's table of the same name, with other ranges.
        var live = _tables.GetValueOrDefault(table) ?? _tables.First(t => t.Key.SourceName == table.SourceName).Value;
        return new SqliteLiveReader(source, live, table, purpose, since, Left, row => unfit(live, row));
    }

    public ISecondDecoder CreateSecondDecoder(TablePlan table) => new SqliteSecondDecoder(table);

    /// <summary>Changes are recorded: that there are some says nothing.</summary>
    public bool HasChanged() => false;
}
