using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>FROM. SQLite's comma joins as tightly as JOIN, so that it becomes CROSS JOIN; USING and NATURAL become ON.</summary>
internal sealed partial class SelectWriter
{
    private (string Sql, IReadOnlyList<Source> Sources) WriteFrom(TableExpression table, INames outer)
    {
        var (sql, sources) = WriteTable(table, outer);
        var twice = sources.GroupBy(s => s.Alias, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? (sql, sources) : throw new TranslationFault($"FROM names {twice.Key} twice", table.Span);
    }

    private (string Sql, IReadOnlyList<Source> Sources) WriteTable(TableExpression table, INames outer)
    {
        switch (table)
        {
            case TableReference reference:
                var (target, relation) = Resolve(reference);
                var alias = reference.Alias?.Text ?? reference.Table.Text;
                return ($"{target} AS {PostgresText.Name(alias)}", [Source.Of(relation, alias)]);
            case SubqueryTable subquery:
                var written = WriteSelect(subquery.Select, outer, names: null);
                var name = subquery.Alias?.Text ?? $"subquery{++_unnamed}";
                return ($"({written.Sql}) AS {PostgresText.Name(name)}", [Source.Of(new TypedRelation(name, name, written.Columns), name)]);
            case ParenthesisedTable parenthesised:
                if (parenthesised.Alias is not null) throw new TranslationFault("an alias for a join in parentheses is not translated", table.Span);
                var (content, sources) = WriteTable(parenthesised.Content, outer);
                return ($"({content})", sources);
            default:
                return WriteJoin((Join)table, outer);
        }
    }

    private (string Target, TypedRelation Relation) Resolve(TableReference reference)
    {
        if (reference.Arguments is not null) throw new TranslationFault("table-valued functions are not translated", reference.Span);
        if (reference.Schema is { } schema && !schema.Matches("main")) throw new TranslationFault($"only the database main is moved, not {schema.Text}", reference.Span);
        var name = reference.Table.Text;
        if (reference.Schema is null && _commons.TryGetValue(name, out var common)) return (PostgresText.Name(common.TargetName), common);
        if (scope.Find(name) is not { } relation) throw new TranslationFault($"{name} is not at the target: it is no table, or a view that was not translated", reference.Span);
        return ($"{PostgresText.Name(scope.TargetSchema)}.{PostgresText.Name(relation.TargetName)}", relation);
    }

    private (string Sql, IReadOnlyList<Source> Sources) WriteJoin(Join join, INames outer)
    {
        var (leftSql, left) = WriteTable(join.Left, outer);
        var (rightSql, right) = WriteTable(join.Right, outer);
        var merged = Merged(join, left, right);
        if (merged.Count > 0 && join.Kind is JoinKind.Right or JoinKind.Full) throw new TranslationFault("USING and NATURAL are not translated for RIGHT and FULL joins", join.Span);
        var conditions = new List<string>();
        if (join.On is { } on) conditions.Add(new ExpressionWriter(new QueryNames([.. left, .. right], outer), folding, queries: this).Condition(on));
        foreach (var column in merged)
        {
            var pair = new BinaryExpression(BinaryOperator.Equal, new ColumnReference(new Name("left", Quoting.Bracket)), new ColumnReference(new Name("right", Quoting.Bracket))) { Span = join.Span };
            conditions.Add(new ExpressionWriter(new PairNames(FindOne(left, column, join), FindOne(right, column, join)), folding).Condition(pair));
        }
        right = [.. right.Select(s => s with { Columns = [.. s.Columns.Select(c => merged.Contains(c.SourceName, SqliteNames.Comparer) ? c with { Hidden = true } : c)] })];
        if (join.Kind is JoinKind.Left or JoinKind.Full) right = [.. right.Select(s => s.Nullable())];
        if (join.Kind is JoinKind.Right or JoinKind.Full) left = [.. left.Select(s => s.Nullable())];
        var word = join.Kind switch
        {
            JoinKind.Left => "LEFT JOIN",
            JoinKind.Right => "RIGHT JOIN",
            JoinKind.Full => "FULL JOIN",
            _ => conditions.Count == 0 ? "CROSS JOIN" : "JOIN",
        };
        var condition = conditions.Count > 0 ? $" ON {string.Join(" AND ", conditions)}" : word.StartsWith("CROSS", StringComparison.Ordinal) ? "" : " ON TRUE";
        return ($"{leftSql} {word} {(join.Right is Join ? $"({rightSql})" : rightSql)}{condition}", [.. left, .. right]);
    }

    private static List<string> Merged(Join join, IReadOnlyList<Source> left, IReadOnlyList<Source> right)
    {
        if (!join.Natural) return [.. join.Using.Select(n => n.Text)];
        return [.. right.SelectMany(s => s.Columns).Where(c => !c.Hidden && left.Any(s => s.Find(c.SourceName) is { } other && SqliteNames.Same(other.SourceName, c.SourceName))).Select(c => c.SourceName)];
    }

    private static Value FindOne(IReadOnlyList<Source> sources, string name, Join join) =>
        new QueryNames(sources, new NoNames()).Find(new ColumnReference(new Name(name)) { Span = join.Span })
        ?? throw new TranslationFault($"both sides of the join should have the column {name}", join.Span);

    private sealed class PairNames(Value left, Value right) : INames
    {
        public Value? Find(ColumnReference reference) => reference.Column.Text == "left" ? left : right;
    }
}
