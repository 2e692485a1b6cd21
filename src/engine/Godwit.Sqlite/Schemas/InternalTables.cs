using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Schemas;

/// <summary>
/// Tells tables that SQLite and its extensions keep from the user's. SQLite names a shadow table itself (PRAGMA table_list) only
/// while the module is compiled in, so the well-known suffixes are looked for as well.
/// </summary>
internal static class InternalTables
{
    private static readonly Dictionary<string, string[]> Suffixes = new(SqliteNames.Comparer)
    {
        // https://sqlite.org/fts3.html#shadow_tables, https://sqlite.org/fts5.html#fts5_data_structures, https://sqlite.org/rtree.html
        ["fts3"] = ["content", "segments", "segdir", "docsize", "stat"],
        ["fts4"] = ["content", "segments", "segdir", "docsize", "stat"],
        ["fts5"] = ["data", "idx", "content", "docsize", "config"],
        ["rtree"] = ["node", "rowid", "parent"],
        ["rtree_i32"] = ["node", "rowid", "parent"],
        ["geopoly"] = ["node", "rowid", "parent"],
        ["spellfix1"] = ["vocab"],
    };

    public static SourceInternalTable? Classify(
        string name, Dictionary<string, TableKind> kinds, List<SourceVirtualTable> virtualTables, bool isSpatialite)
    {
        if (name.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase)) return new(name, InternalTableKind.Sqlite, Owner: null);
        if (CaptureNames.IsOwn(name)) return new(name, InternalTableKind.Godwit, Owner: null);
        var owner = virtualTables.Find(v => Suffixes.TryGetValue(v.Module, out var suffixes)
            && suffixes.Any(s => SqliteNames.Same(name, $"{v.Name}_{s}")));
        if (owner is not null) return new(name, InternalTableKind.Shadow, owner.Name);
        if (kinds.TryGetValue(name, out var kind) && kind.IsShadow)
        {
            owner = virtualTables.Find(v => name.StartsWith(v.Name + "_", StringComparison.OrdinalIgnoreCase));
            return new(name, InternalTableKind.Shadow, owner?.Name);
        }
        return isSpatialite && SpatialiteNames.IsMetadata(name) ? new(name, InternalTableKind.Spatialite, Owner: null) : null;
    }
}
