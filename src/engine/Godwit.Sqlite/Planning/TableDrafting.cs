using Godwit.Model.Findings;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Brings together what the PRAGMAs and what the statement say of a table.</summary>
internal static class TableDrafting
{
    /// <summary>Null, with a finding, when the statement cannot be read.</summary>
    public static TableDraft? Draft(PlanContext context, SourceTable table, NamePlanning names)
    {
        var result = SqlParser.ParseSchemaStatement(table.Sql);
        if (result is not ParseResult.Success { Statement: CreateTable syntax })
        {
            var error = result is ParseResult.Failure failure ? failure.Error : new ParseError(0, 1, 1, "this is no CREATE TABLE");
            context.NotUnderstood(new Place.InTable(table.Name), error, table.Sql);
            return null;
        }
        if (syntax.Columns.Count != table.Columns.Count(c => !c.IsNew))
        {
            context.NotUnderstood(new Place.InTable(table.Name), new ParseError(0, 1, 1, "SQLite counts other columns than the statement lists"), table.Sql);
            return null;
        }
        var columnNames = names.Columns(table);
        return new TableDraft
        {
            Source = table,
            Syntax = syntax,
            TargetName = names.Of("table", table.Name),
            Columns = [.. table.Columns.Select((c, i) => new ColumnDraft
            {
                Source = c,
                Syntax = c.IsNew ? new ColumnDefinition(new Name(c.Name), Type: null, []) : syntax.Columns[i],
                TargetName = columnNames[i],
                Affinity = DeclaredType.AffinityOf(c.DeclaredType, table.Strict),
            })],
            ConstraintNames = new TargetNames(names.Style),
        };
    }
}
