using Godwit.Model.Moves;

namespace Godwit.Postgres.Verification;

/// <summary>The columns of a table that PostgreSQL makes NOT NULL: those declared so, those of the primary key, and the identity column.</summary>
internal static class RequiredColumns
{
    public static IReadOnlyList<ColumnPlan> Of(TablePlan table)
    {
        IReadOnlyList<int> key = table.PrimaryKey is { Expressions: null } primary ? primary.Columns : [];
        return [.. table.Columns.Where((column, i) => column.NotNull || column.Identity || key.Contains(i))];
    }
}
