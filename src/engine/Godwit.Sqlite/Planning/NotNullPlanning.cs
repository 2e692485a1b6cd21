using Godwit.Model.Findings;

namespace Godwit.Sqlite.Planning;

/// <summary>NOT NULL, and the rows that break it: a column added with writable_schema, or one whose empty text becomes NULL.</summary>
internal static class NotNullPlanning
{
    public static void Plan(PlanContext context, TableDraft table)
    {
        foreach (var column in table.Columns)
        {
            column.NotNull = column.Source.NotNull || column.Identity;
            if (!column.Source.NotNull || column.Nulls == 0) continue;
            var rows = RowQuestion.Ask(context.Connection, table.Source, column.BecomesNull(table.Source));
            if (rows.Total == 0) continue;
            column.NotNull = false;
            _ = context.Findings.Accepts(rows.Locate(Finding.Error(
                FindingCodes.NotNullViolated, $"{rows.Counted(table.Name, "holds", "hold")} NULL in {column.Source.Name}, which is declared NOT NULL.",
                new Place.InTable(table.Name, Column: column.Source.Name), "Fill them in, or accept that the column allows NULL.")));
        }
    }
}
