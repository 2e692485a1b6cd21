using Godwit.Model.Findings;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Translation;
using Translated = Godwit.Sqlite.Translation.Translation;

namespace Godwit.Sqlite.Planning;

/// <summary>DEFAULT clauses. SQLite ignores one on the rowid's alias, and a generated column has none.</summary>
internal static class DefaultPlanning
{
    public static void Plan(PlanContext context, TableDraft table)
    {
        foreach (var (column, typed) in table.Columns.Zip(table.Relation.Columns))
        {
            var clause = column.Syntax.Constraints.OfType<ColumnDefault>().LastOrDefault();
            if (clause is null || column.Identity || column.Source.IsGenerated) continue;
            switch (DefaultTranslator.Translate(clause, typed))
            {
                case Translated.Success success:
                    column.DefaultSql = success.Sql;
                    break;
                case Translated.Failure failure:
                    _ = context.Findings.AcceptsLoss(
                        Finding.Error(FindingCodes.ExpressionNotTranslated,
                            $"The default of {table.Name}.{column.Source.Name} cannot be translated: {failure.Reason}",
                            new Place.InTable(table.Name, Column: column.Source.Name), "Give the column a default by hand, or let the application write the value.",
                            KeySyntax.Text(clause, table.Source.Sql)),
                        "default", $"{table.Name}.{column.Source.Name}");
                    break;
            }
        }
    }
}
