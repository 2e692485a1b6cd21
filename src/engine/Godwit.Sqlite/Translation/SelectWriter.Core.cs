using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>One SELECT … FROM … WHERE … GROUP BY … HAVING.</summary>
internal sealed partial class SelectWriter
{
    private QueryPlan PlanCore(QueryCore core, INames outer, IReadOnlyList<OrderingTerm> orderBy, out string order)
    {
        var (from, sources) = core.From is { } tables ? WriteFrom(tables, outer) : ("", []);
        var names = new AliasedNames(new QueryNames(sources, outer), core);
        var windows = core.Windows.DistinctBy(w => SqliteNames.Fold(w.Name.Text)).ToDictionary(w => SqliteNames.Fold(w.Name.Text), w => w.Definition, StringComparer.Ordinal);
        var plain = new ExpressionWriter(names, folding, queries: this);
        var tail = core.From is null ? "" : $" FROM {from}";
        if (core.Where is { } where) tail += Attempt(() => $" WHERE {plain.Condition(where)}", where.Span) ?? "";
        var isAggregate = core.GroupBy.Count > 0
            || core.Columns.Any(c => c is ExpressionColumn e && ExpressionTree.HasAggregate(e.Expression))
            || (core.Having is { } has && ExpressionTree.HasAggregate(has)) || orderBy.Any(t => ExpressionTree.HasAggregate(t.Expression));
        var keys = core.GroupBy.Select(e => Attempt(() => GroupKey(plain, core, e), e.Span)).OfType<string>().ToList();
        if (keys.Count > 0) tail += $" GROUP BY {string.Join(", ", keys)}";
        var grouped = isAggregate ? Decided(sources, keys) : null;
        var writer = new ExpressionWriter(names, folding, queries: this) { Grouped = grouped, AllowsAggregates = true, Windows = windows };
        if (core.Having is { } having) tail += Attempt(() => $" HAVING {writer.Condition(having)}", having.Span) ?? "";
        // A column does not see the aliases beside it.
        var columnWriter = new ExpressionWriter(names.Inner, folding, queries: this) { Grouped = grouped, AllowsAggregates = true, Windows = windows };
        var columns = new List<PlannedColumn>();
        var aliases = new List<Name?>();
        foreach (var column in core.Columns)
        {
            if (column is StarColumn star) Attempt(() => Expand(star, sources, grouped, columns, aliases), star.Span);
            else if (column is ExpressionColumn single)
            {
                var value = Attempt(() => columnWriter.Write(single.Expression), single.Expression.Span) ?? Value.Of(null);
                columns.Add(new PlannedColumn(ColumnNames.Of(single, names.Inner, statement), value));
                aliases.Add(single.Alias);
            }
        }
        if (core.Distinct && columns.Exists(c => c.Value.Collation is not null))
            Attempt<string>(() => throw new TranslationFault("rows are made distinct under another collation than BINARY: which of the equal texts stays is not decided", core.Span), core.Span);
        var terms = orderBy.Select(t => Attempt(() => OrderInside(t, writer, columns, aliases), t.Span)).OfType<string>().ToList();
        order = terms.Count == 0 ? "" : $" ORDER BY {string.Join(", ", terms)}";
        return new QueryPlan(columns, tail) { Distinct = core.Distinct };
    }

    private static string GroupKey(ExpressionWriter writer, QueryCore core, Expression expression)
    {
        var meant = expression is IntegerLiteral { Value: var n } ? ColumnAt(core, n, expression) : expression;
        var value = writer.Write(meant);
        if (value.IsConstant) throw new TranslationFault("grouping by a constant is not translated", expression.Span);
        return writer.KeyOf(value, expression.Span);
    }

    private static Expression ColumnAt(QueryCore core, long number, Expression expression) =>
        number >= 1 && number <= core.Columns.Count && !core.Columns.Any(c => c is StarColumn) && core.Columns[(int)number - 1] is ExpressionColumn column
            ? column.Expression
            : throw new TranslationFault("there is no column of that number", expression.Span);

    /// <summary>The keys, and every column of a table whose primary key is among them, as PostgreSQL has it (sql-select.html#SQL-GROUPBY).</summary>
    private static HashSet<string> Decided(IReadOnlyList<Source> sources, List<string> keys)
    {
        var decided = new HashSet<string>(keys, StringComparer.Ordinal);
        foreach (var source in sources)
        {
            if (source.Relation is not { PrimaryKey.Count: > 0 } relation) continue;
            if (relation.PrimaryKey.All(k => source.Find(k) is { } column && keys.Contains(column.Value.Sql)))
                decided.UnionWith(source.Columns.Select(c => c.Value.Sql));
        }
        return decided;
    }

    private static string Expand(StarColumn star, IReadOnlyList<Source> sources, HashSet<string>? grouped, List<PlannedColumn> columns, List<Name?> aliases)
    {
        var meant = star.Table is null ? sources : [.. sources.Where(s => star.Table.Matches(s.Alias))];
        if (meant.Count == 0) throw new TranslationFault("* stands for nothing here", star.Span);
        foreach (var column in meant.SelectMany(s => s.Columns))
        {
            if (column.Hidden && star.Table is null) continue;
            if (grouped is not null && !grouped.Contains(column.Value.Sql)) throw new TranslationFault("the query is grouped and * holds columns that the grouping does not decide", star.Span);
            columns.Add(new PlannedColumn(column.SourceName, column.Value));
            aliases.Add(null);
        }
        return "";
    }

    private static string OrderInside(OrderingTerm term, ExpressionWriter writer, List<PlannedColumn> columns, List<Name?> aliases)
    {
        var index = term.Expression switch
        {
            IntegerLiteral { Value: var n } when n >= 1 && n <= columns.Count => (int)n - 1,
            // An alias goes before a column of that name.
            ColumnReference { Table: null } reference => aliases.FindIndex(a => a is not null && reference.Column.Matches(a.Text)),
            _ => -1,
        };
        if (index < 0) return writer.WriteOrderingTerm(term);
        var value = columns[index].Value;
        return value.IsConstant ? throw new TranslationFault("a constant sorts nothing", term.Span) : ExpressionWriter.Ordered(writer.SortKey(value, term.Span), term, value.NotNull);
    }

    private T? Attempt<T>(Func<T> write, SourceSpan span) where T : class
    {
        try
        {
            return write();
        }
        catch (TranslationFault fault)
        {
            var about = fault.Span.Length > 0 && fault.Span.End <= statement.Length ? fault.Span : span;
            var obstacle = new ViewObstacle(fault.Message, about.Of(statement));
            if (!Obstacles.Contains(obstacle)) Obstacles.Add(obstacle);
            return null;
        }
    }
}
