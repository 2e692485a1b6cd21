using Godwit.Engine.Rows;
using Godwit.Model.Moves;

namespace Godwit.Postgres.Sourcing;

/// <summary>An opened PostgreSQL schema as the engine sees it: readers of rows, all on one exported snapshot.</summary>
/// <param name="database">The source; it stays open for as long as this is used.</param>
public sealed class PostgresRowSource(SourceDatabase database) : IRowSource
{
    public IRowReader OpenReader(TablePlan table, ReadPurpose purpose) => new PostgresRowReader(database.RentReader(), database.Return, database.Schema, table, purpose);

    public ISecondDecoder CreateSecondDecoder(TablePlan table) => SameDecoder();

    internal static ISecondDecoder SameDecoder() => new Same();

    /// <summary>
    /// Whether anybody committed to the tables since the snapshot: inserts, updates and deletes, exactly, whatever else was written in the database or the cluster.
    /// A frozen row that is ages old may raise a false alarm; there is no false silence.
    /// </summary>
    public bool HasChanged() => database.HasChanged();

    /// <summary>What PostgreSQL sends it takes, and sends again: there is no second way that is shorter than the server's own.</summary>
    private sealed class Same : ISecondDecoder
    {
        public bool TryDecode(ReadOnlySpan<byte> image, out ReadOnlySpan<byte> decoded)
        {
            decoded = image;
            return true;
        }
    }
}
