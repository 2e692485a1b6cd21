using Godwit.Engine.Live;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Postgres.Sourcing;

namespace Godwit.Postgres.Live;

/// <summary>
/// The rows of a PostgreSQL source that is written to all along: each read is a transaction of its own, and of another moment. What changes in between is in the log. To verify, rows that have changed
/// since a position are left out, and named, so that the other side can leave out the same.
/// </summary>
internal sealed class PostgresLiveRows(PostgresLiveSource source, string? since) : ILiveRows
{
    private readonly Dictionary<string, LiveTable> _tables = source.Tables.ToDictionary(t => t.Plan.SourceName, StringComparer.Ordinal);

    public LiveExclusions Left { get; } = new();

    public IRowReader OpenReader(TablePlan table, ReadPurpose purpose) => new PostgresLiveReader(source, _tables[table.SourceName], table, purpose, since, Left);

    public ISecondDecoder CreateSecondDecoder(TablePlan table) => PostgresRowSource.SameDecoder();

    /// <summary>Changes are recorded: that there are some says nothing.</summary>
    public bool HasChanged() => false;
}
