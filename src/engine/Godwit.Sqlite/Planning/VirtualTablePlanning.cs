using Godwit.Model.Findings;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Virtual tables live in SQLite's extensions. Each is reported once, with what does its work in PostgreSQL; its shadow tables go unsaid.</summary>
internal static class VirtualTablePlanning
{
    public static void Plan(PlanContext context, Func<string, bool> isWanted)
    {
        foreach (var table in context.Source.VirtualTables.Where(t => isWanted(t.Name)))
        {
            _ = context.Findings.AcceptsLoss(
                Finding.Error(FindingCodes.VirtualTable, $"{table.Name} is a virtual table of the module {table.Module} and is not moved.",
                    new Place.InObject("virtual table", table.Name), Instead(context.Source, table), table.Sql),
                "virtual table", table.Name);
        }
    }

    private static string Instead(SourceSchema schema, SourceVirtualTable table)
    {
        if (schema.IsSpatialite && SpatialiteNames.IsSpatialIndex(table))
            return "Use PostGIS: turn the geometry column (moved as bytea, SpatiaLite's own format) into geometry, and make a GiST index on it.";
        return SqliteNames.Fold(table.Module) switch
        {
            "fts3" or "fts4" or "fts5" => "Use a tsvector column, generated with to_tsvector(), and a GIN index on it; the text itself must be in an ordinary table.",
            "rtree" or "rtree_i32" => "Use a box or range column with a GiST index, or PostGIS.",
            "geopoly" => "Use PostgreSQL's polygon type with a GiST index, or PostGIS.",
            "virtualspatialindex" or "virtualelementary" or "virtualknn" or "virtualknn2" or "virtualshape" or "virtualnetwork" or "virtualrouting" => "Use PostGIS.",
            "csv" => "Load the file with COPY, or read it through file_fdw.",
            "spellfix1" => "Use pg_trgm with a GIN index.",
            "vec0" or "vss0" => "Use pgvector.",
            _ => "Copy what it shows into an ordinary table first if its rows are wanted.",
        };
    }
}
