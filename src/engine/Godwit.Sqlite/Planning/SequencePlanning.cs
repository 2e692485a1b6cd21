using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// Where numbering goes on. AUTOINCREMENT remembers the largest number ever given, which may be above every row that is left
/// (https://sqlite.org/autoinc.html); without it SQLite takes the largest rowid. PostgreSQL's sequences begin at 1.
/// </summary>
internal static class SequencePlanning
{
    public static long? Last(PlanContext context, TableDraft table)
    {
        if (!table.Columns.Any(c => c.Identity)) return null;
        var alias = table.Columns[table.Source.RowIdAlias!.Value].Source.Name;
        var largest = context.Connection.QueryInteger($"SELECT max({SqliteName.Quote(alias)}) FROM main.{SqliteName.Quote(table.Name)}") ?? 0;
        return Math.Max(0, Math.Max(largest, table.Source.Sequence ?? 0));
    }
}
