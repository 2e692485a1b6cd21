using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Translation;
using Translated = Godwit.Sqlite.Translation.Translation;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// Generated columns. PostgreSQL 15 has only stored ones, so a virtual one is stored too; it may not read another generated column
/// (https://www.postgresql.org/docs/current/ddl-generated-columns.html), so what that one computes stands in its place. What does not translate can be
/// accepted: the values are copied then, once.
/// </summary>
internal static class GeneratedPlanning
{
    /// <summary>Characters of an expression that another takes in: columns that double one another would otherwise grow without end.</summary>
    private const int LongestInline = 10_000;

    public static void Plan(PlanContext context, TableDraft table)
    {
        var generated = table.Columns.Where(c => c.Source.IsGenerated).ToList();
        if (generated.Count == 0) return;
        var relation = table.Relation;
        var visible = relation with { Columns = [.. relation.Columns.Where((_, i) => !table.Columns[i].Source.IsGenerated)] };
        // Whatever is read comes first; SQLite allows no circle.
        foreach (var column in DependencyOrder.Of(generated, c => c.Source.Name, c => ExpressionTree.ColumnsOf(ClauseOf(c).Expression)))
        {
            var clause = ClauseOf(column);
            if (TransformRules.Stops(
                context, table.Source, TransformRules.Changed(table.Source, ExpressionTree.ColumnsOf(clause.Expression)), Dependents.Generated,
                $"The generated column {table.Name}.{column.Source.Name}", "generated column", $"{table.Name}.{column.Source.Name}", KeySyntax.Text(clause, table.Source.Sql),
                "Dropped, it becomes a plain column of the values that SQLite computes of what is there before the transform; leave it out, or transform it too, where these must not go over."))
            {
                visible = visible with { Columns = [.. visible.Columns, .. AsRead(column)] };
                continue;
            }
            var reason = ExpressionTranslator.Translate(clause.Expression, visible, ExpressionPurpose.Generated) switch
            {
                Translated.Success success => Take(column, success),
                Translated.Failure failure => failure.Reason,
                var other => throw new InvalidOperationException($"{other} is no translation"),
            };
            visible = visible with { Columns = [.. visible.Columns, .. AsRead(column)] };
            if (reason is null) continue;
            _ = context.Findings.AcceptsLoss(
                Finding.Error(FindingCodes.ExpressionNotTranslated, $"The generated column {table.Name}.{column.Source.Name} cannot be translated: {reason}",
                    new Place.InTable(table.Name, Column: column.Source.Name), "Accepted, its values are copied into a plain column that nothing computes any more.",
                    KeySyntax.Text(clause, table.Source.Sql)),
                "generated column", $"{table.Name}.{column.Source.Name}");
        }
    }

    private static ColumnGenerated ClauseOf(ColumnDraft column) => column.Syntax.Constraints.OfType<ColumnGenerated>().Single();

    /// <summary>
    /// The column to those that read it: its expression, of the column's type and collation as an assignment would make it. One that does not translate is
    /// a plain column where that is accepted.
    /// </summary>
    private static IEnumerable<TypedColumn> AsRead(ColumnDraft column)
    {
        if (column.GeneratedSql is not { } sql) return [column.Typed];
        if (sql.Length > LongestInline) return [];
        var collate = column.Collation is { } collation ? $" COLLATE pg_catalog.{TargetName.Quote(collation)}" : "";
        return [column.Typed with { Inline = $"(({sql})::{column.Type.Sql}{collate})" }];
    }

    /// <summary>Null when the expression can stand; else why not.</summary>
    private static string? Take(ColumnDraft column, Translated.Success expression)
    {
        if (column.Type.Name != expression.Type.Name && Native(column, expression.Type) is { } mapping)
        {
            // The data may look like dates or UUIDs; what PostgreSQL computes is what the expression gives.
            column.Type = expression.Type;
            column.Mapping = mapping;
            column.Reason = "the type of the expression";
        }
        if (column.Type.Name != expression.Type.Name && !Widens(expression.Type.Name, column.Type.Name))
            return $"it gives {expression.Type}, and the column holds {column.Type}.";
        // SQLite's integers turn into REAL where they overflow (https://sqlite.org/lang_expr.html#operators); PostgreSQL's fail.
        if (column.Type.Name == TypeName.Numeric && column.HasReals && expression.Type.Name is (TypeName.Smallint or TypeName.Integer or TypeName.Bigint))
            return $"it gives {expression.Type}, and some values are REAL.";
        column.GeneratedSql = expression.Sql;
        return null;
    }

    private static ValueMapping? Native(ColumnDraft column, TargetType type) =>
        type.Name == TypeName.Text && column.OnlyText ? new ValueMapping(MappingKind.Text) : null;

    private static bool Widens(TypeName from, TypeName to) => (from, to) switch
    {
        (TypeName.Smallint or TypeName.Integer or TypeName.Bigint, TypeName.Bigint or TypeName.Integer or TypeName.Smallint or TypeName.Numeric or TypeName.Text) => true,
        (TypeName.Varchar, TypeName.Text) or (TypeName.Text, TypeName.Varchar) => true,
        _ => false,
    };
}
