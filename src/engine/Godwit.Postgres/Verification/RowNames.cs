using Godwit.Model.Moves;
using Godwit.Model.Names;

namespace Godwit.Postgres.Verification;

/// <summary>How a query names a row for a person: by its key, or where there is none by its place in the heap.</summary>
internal static class RowNames
{
    public static string Expression(TablePlan table, string alias)
    {
        if (table.KeyColumns.Count == 0) return $"{alias}.ctid::text";
        var names = table.KeyColumns.Select(c => table.Columns[c].TargetName);
        return $"concat_ws(', ', {string.Join(", ", names.Select(n => $"{TargetName.Literal(n + " = ")} || coalesce({alias}.{TargetName.Quote(n)}::text, 'NULL')"))})";
    }
}
