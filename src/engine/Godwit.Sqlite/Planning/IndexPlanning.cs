using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;
using Godwit.Sqlite.Translation;
using Translated = Godwit.Sqlite.Translation.Translation;

namespace Godwit.Sqlite.Planning;

/// <summary>Indexes made by CREATE INDEX: direction, expressions, collations, partial ones. All go over, also one that repeats a key: somebody asked for it.</summary>
internal sealed class IndexPlanning(PlanContext context, NamePlanning names, KeyPlanning keys, ConstraintNaming naming)
{
    public void Plan(TableDraft table)
    {
        foreach (var index in table.Source.Indexes.Where(i => i.Origin == IndexOrigin.Statement)) Plan(table, index);
    }

    private void Plan(TableDraft table, SourceIndex index)
    {
        var sql = index.Sql ?? "";
        if (SqlParser.ParseSchemaStatement(sql) is not ParseResult.Success { Statement: CreateIndex syntax })
        {
            var error = SqlParser.ParseSchemaStatement(sql) is ParseResult.Failure failure ? failure.Error : new ParseError(0, 1, 1, "this is no CREATE INDEX");
            context.NotUnderstood(new Place.InObject("index", index.Name), error, sql);
            return;
        }
        if (SpeaksOfRaw(table, index, syntax, sql)) return;
        var parts = index.Parts.Zip(syntax.Columns).Select(p => Part(table, p.First, p.Second)).ToList();
        var where = syntax.Where is null ? null : ExpressionTranslator.Translate(syntax.Where, table.Relation, ExpressionPurpose.IndexPredicate);
        var obstacles = parts.Select(p => p.Obstacle).Append((where as Translated.Failure)?.Reason).OfType<string>().Distinct().ToList();
        if (obstacles.Count > 0)
        {
            Refuse(table, index, FindingCodes.ExpressionNotTranslated, $"The index {index.Name} cannot be made: {string.Join("; ", obstacles)}");
            return;
        }
        if (parts.Count > KeyBytes.MaximumParts)
        {
            Refuse(table, index, FindingCodes.IndexKeyTooLong,
                $"The index {index.Name} of {table.Name} has {parts.Count} parts; PostgreSQL's have at most {KeyBytes.MaximumParts}.");
            return;
        }
        var expressions = index.Parts.Zip(syntax.Columns).Where(p => p.First.Column is null).Select(p => KeySyntax.Text(p.Second.Expression, sql)).ToList();
        var columns = index.Parts.Where(p => p.Column is not null).Select(p => p.Column!.Value).ToList();
        var condition = syntax.Where is null ? null : KeySyntax.Text(syntax.Where, sql);
        if (KeyBytes.FindTooLong(context, table, columns.Select(c => table.Columns[c]), expressions, condition) is { } rows)
        {
            Refuse(table, index, FindingCodes.IndexKeyTooLong,
                $"{rows.Counted(table.Name, "has", "have")} a key of more than {KeyBytes.Limit} bytes in the index {index.Name}; PostgreSQL's B-tree holds no longer one.", rows);
            return;
        }
        if (index.Unique)
        {
            var sources = index.Parts.Zip(syntax.Columns, (part, column) => part.Column is { } c ? table.Columns[c].Source.Sql(table.Name) : $"({KeySyntax.Text(column.Expression, sql)})");
            DuplicateKeys.Plan(context, table, index, [.. sources], condition);
        }
        table.Indexes.Add(new IndexPlan(
            names.Of("index", index.Name), index.Unique, string.Join(", ", parts.Select(p => p.Sql)), (where as Translated.Success)?.Sql));
        if (index is { Unique: true, Partial: false }) NoteUnique(table, index, columns);
    }

    /// <summary>A bare column is indexed whatever it holds, unless that is ciphertext; an expression and a condition are about what it held.</summary>
    private bool SpeaksOfRaw(TableDraft table, SourceIndex index, CreateIndex syntax, string sql)
    {
        var expressions = index.Parts.Zip(syntax.Columns).Where(p => p.First.Column is null).Select(p => p.Second.Expression).Concat(syntax.Where is { } where ? [where] : []);
        var named = TransformRules.Changed(table.Source, expressions.SelectMany(ExpressionTree.ColumnsOf));
        var bare = index.Parts.Select(p => p.Column).OfType<int>().Select(c => table.Source.Columns[c]).Where(c => c.IsBeyondIndexes);
        return TransformRules.Stops(
            context, table.Source, [.. named.Concat(bare).Distinct()], Dependents.Indexes, $"The index {index.Name}", index.Unique ? "unique index" : "index", index.Name, sql,
            index.Unique ? "Without it PostgreSQL does not keep these rows unique." : null);
    }

    /// <summary>A foreign key may point at what a unique index covers; where that index folds, the bare columns get one as well.</summary>
    private void NoteUnique(TableDraft table, SourceIndex index, List<int> columns)
    {
        if (columns.Count != index.Parts.Count) return;
        if (!index.Parts.Any(p => KeyParts.IsFolded(table.Columns[p.Column!.Value], p.Collation))) table.UniqueIndexColumns.Add(columns);
        else if (keys.IsReferenced(table, columns)) table.Uniques.Add(new KeyPlan(naming.Key(table, written: null, columns, "key"), columns));
    }

    private static (string Sql, string? Obstacle) Part(TableDraft table, SourceIndexPart part, IndexedColumn syntax)
    {
        if (KeyParts.IsUnknown(part.Collation)) return ("", $"The collation {part.Collation} is the application's own");
        var direction = part.Descending ? " DESC" : "";
        if (part.Column is { } index)
        {
            var column = table.Columns[index];
            if (column.Type.Name == TypeName.Json) return ("", $"{column.Source.Name} is of type json, which PostgreSQL cannot compare");
            return KeyParts.IsFolded(column, part.Collation)
                ? ($"({KeyParts.Expression(column, part.Collation)}){direction}", null)
                : (TargetName.Quote(column.TargetName) + direction, null);
        }
        return ExpressionTranslator.Translate(WithCollation(syntax.Expression, part.Collation), table.Relation, ExpressionPurpose.IndexKey) switch
        {
            Translated.Success success => (success.Sql + direction, null),
            Translated.Failure failure => ("", failure.Reason),
            var other => throw new InvalidOperationException($"{other} is no translation"),
        };
    }

    /// <summary>An index compares an expression by the COLLATE at its top, else byte by byte, whatever its columns are: the index itself says so.</summary>
    private static CollateExpression WithCollation(Expression expression, string collation)
    {
        var operand = expression is CollateExpression collate ? collate.Operand : expression;
        return new CollateExpression(operand, new Name(collation)) { Span = expression.Span };
    }

    private void Refuse(TableDraft table, SourceIndex index, FindingCode code, string message, RowSample? rows = null)
    {
        var remedy = index.Unique ? "Without it PostgreSQL does not keep these rows unique." : "Make one by hand that serves the same queries.";
        var finding = Finding.Error(code, message, new Place.InTable(table.Name), remedy, index.Sql);
        _ = context.Findings.AcceptsLoss(rows?.Locate(finding) ?? finding, index.Unique ? "unique index" : "index", index.Name);
    }
}
