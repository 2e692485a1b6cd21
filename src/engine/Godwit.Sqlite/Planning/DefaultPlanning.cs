using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Translation;
using Translated = Godwit.Sqlite.Translation.Translation;

namespace Godwit.Sqlite.Planning;

/// <summary>DEFAULT clauses. SQLite ignores one on the rowid's alias, and a generated column has none.</summary>
internal static class DefaultPlanning
{
    private static bool IsNull(ColumnDefault clause) => clause.Value is NullLiteral;

    public static void Plan(PlanContext context, TableDraft table)
    {
        foreach (var (column, typed) in table.Columns.Zip(table.Relation.Columns))
        {
            var clause = column.Syntax.Constraints.OfType<ColumnDefault>().LastOrDefault();
            if (clause is null || column.Identity || column.Source.IsGenerated) continue;
            if (!IsNull(clause) && !column.Source.IsLeftOut && TransformRules.Stops(
                context, table.Source, column.Source.IsChanged ? [column.Source] : [], Dependents.Defaults, $"The default of {table.Name}.{column.Source.Name}", "default",
                $"{table.Name}.{column.Source.Name}", KeySyntax.Text(clause, table.Source.Sql), "A new row would get what the application has to transform.")) continue;
            if (column.Source.IsLeftOut) continue;
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
