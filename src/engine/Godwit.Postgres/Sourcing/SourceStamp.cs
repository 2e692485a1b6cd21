namespace Godwit.Postgres.Sourcing;

/// <summary>
/// What tells whether a PostgreSQL source was written to: the snapshot that was read, and of each table how many rows it showed and which transactions, of those
/// not long over, had written them. Serialisable as JSON, so that a resumed run compares with the run it goes on from.
/// </summary>
/// <param name="System">The cluster's system identifier, or nothing where it is not told.</param>
/// <param name="Database">The database's number.</param>
/// <param name="Snapshot">pg_current_snapshot() as text.</param>
/// <param name="SchemaHash">Of everything that the schema holds.</param>
/// <param name="Marks">By table.</param>
/// <param name="Made">Names that the move makes in this very schema.</param>
public sealed record SourceStamp(string System, long Database, string Schema, string Snapshot, string SchemaHash, IReadOnlyDictionary<string, string> Marks, IReadOnlyList<string> Made)
{
    /// <summary>The oldest transaction that was not over.</summary>
    public long Oldest => long.Parse(Snapshot[..Snapshot.IndexOf(':', StringComparison.Ordinal)], global::System.Globalization.CultureInfo.InvariantCulture);
}
