using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Writes whole queries: common tables, compounds, order and limit. Its other parts write one SELECT and its FROM.</summary>
internal sealed partial class SelectWriter(SchemaScope scope, ConstantFolding folding, string statement) : IQueries
{
    private readonly Dictionary<string, TypedRelation> _commons = new(SqliteNames.Comparer);
    private int _unnamed;

    /// <summary>Everything that has no translation, collected so that a person reads all of it at once.</summary>
    public List<ViewObstacle> Obstacles { get; } = [];

    public Query Write(Select select, INames outer, Func<Value, string>? output = null)
    {
        var written = WriteSelect(select, outer, names: null, output);
        return new Query(written.Sql, written.Values);
    }

    public WrittenQuery WriteSelect(Select select, INames outer, IReadOnlyList<string>? names, Func<Value, string>? output = null)
    {
        var shadowed = new Dictionary<string, TypedRelation>(_commons, SqliteNames.Comparer);
        var with = select.With is { } clause ? WriteWith(clause, outer) : "";
        var cores = new List<(CompoundOperator? Operator, SelectCore Core)> { (null, select.First) };
        cores.AddRange(select.Rest.Select(p => ((CompoundOperator?)p.Operator, p.Core)));
        var written = cores is [(_, QueryCore { Distinct: false } only)] ? WriteSimple(select, only, outer, names, output) : WriteCompound(select, Flatten(cores), outer, names, output);
        _commons.Clear();
        foreach (var (name, relation) in shadowed) _commons[name] = relation;
        return written with { Sql = with + written.Sql };
    }

    /// <summary>VALUES as SELECTs without FROM.</summary>
    private static List<(CompoundOperator? Operator, QueryCore Core)> Flatten(List<(CompoundOperator? Operator, SelectCore Core)> cores)
    {
        var result = new List<(CompoundOperator?, QueryCore)>();
        foreach (var (kind, core) in cores)
        {
            if (core is QueryCore query) result.Add((kind, query));
            else if (core is ValuesCore values)
            {
                if (kind is not null and not CompoundOperator.UnionAll && values.Rows.Count > 1) throw new TranslationFault("several rows of VALUES inside a compound are not translated", core.Span);
                for (var row = 0; row < values.Rows.Count; row++) result.Add((row == 0 ? kind : CompoundOperator.UnionAll, RowOf(values, row)));
            }
        }
        return result;
    }

    private static QueryCore RowOf(ValuesCore values, int row) => new()
    {
        Columns = [.. values.Rows[row].Select((e, i) => new ExpressionColumn(e, new Name($"column{i + 1}")) { Span = e.Span })],
        Span = values.Span,
    };

    private WrittenQuery WriteSimple(Select select, QueryCore core, INames outer, IReadOnlyList<string>? names, Func<Value, string>? output)
    {
        var limit = WriteLimit(select);
        var plan = PlanCore(core, outer, select.OrderBy, out var order);
        var (columns, values, targets) = Describe(plan.Columns, names);
        var words = values.Select((v, i) => output is null ? v.Sql : output(plan.Columns[i].Value)).ToList();
        return new WrittenQuery(plan.Render(words, targets) + order + limit, columns, values);
    }

    /// <summary>DISTINCT and compounds: ordered from the outside, since PostgreSQL sorts them by their columns only.</summary>
    private WrittenQuery WriteCompound(Select select, List<(CompoundOperator? Operator, QueryCore Core)> cores, INames outer, IReadOnlyList<string>? names, Func<Value, string>? output)
    {
        var limit = WriteLimit(select);
        var plans = cores.ConvertAll(c => PlanCore(c.Core, outer, [], out _));
        var width = plans[0].Columns.Count;
        if (plans.Exists(p => p.Columns.Count != width)) throw new TranslationFault("the parts of the compound differ in their number of columns", select.Span);
        var writer = new ExpressionWriter(new NoNames(), folding);
        var unified = new List<PlannedColumn>();
        var words = plans.ConvertAll(_ => new List<string>());
        var deduplicates = cores.Exists(c => c.Operator is not null and not CompoundOperator.UnionAll || c.Core.Distinct);
        for (var column = 0; column < width; column++)
        {
            var at = column;
            var values = plans.ConvertAll(p => p.Columns[at].Value);
            if (deduplicates && values.Exists(v => v.Collation is not null)) throw new TranslationFault("rows are made distinct under another collation than BINARY: which of the equal texts stays is not decided", select.Span);
            var (texts, value) = Combine(writer, values, select.Span);
            for (var i = 0; i < plans.Count; i++) words[i].Add(texts[i]);
            unified.Add(new PlannedColumn(plans[0].Columns[column].SourceName, value));
        }
        var (columns, results, targets) = Describe(unified, names);
        var sql = plans[0].Render(words[0], targets);
        for (var i = 1; i < plans.Count; i++)
        {
            var word = cores[i].Operator switch
            {
                CompoundOperator.Union => "UNION",
                CompoundOperator.UnionAll => "UNION ALL",
                CompoundOperator.Intersect => "INTERSECT",
                _ => "EXCEPT",
            };
            // SQLite goes from left to right; PostgreSQL's INTERSECT binds tighter.
            sql = $"{(i > 1 ? $"({sql})" : sql)} {word} {plans[i].Render(words[i], targets)}";
        }
        if (select.OrderBy.Count == 0 && output is null) return new WrittenQuery(sql + limit, columns, results);
        var alias = Unnamed();
        var outside = columns.Select((c, i) => results[i] with { Sql = $"{alias}.{PostgresText.Name(c.TargetName)}", IsColumn = true }).ToList();
        var order = select.OrderBy.Count == 0 ? "" : " ORDER BY " + string.Join(", ", select.OrderBy.Select(t => OrderOutside(t, cores[0].Core, unified, outside)));
        var shown = outside.Select((v, i) => $"{(output is null ? v.Sql : output(v))} AS {PostgresText.Name(targets[i])}");
        return new WrittenQuery($"SELECT {string.Join(", ", shown)} FROM ({sql}) AS {alias}{order}{limit}", columns, results);
    }

    private static (IReadOnlyList<string> Words, Value Value) Combine(ExpressionWriter writer, List<Value> values, SourceSpan span)
    {
        var outputs = values.ConvertAll(Output.Of);
        var first = outputs[0];
        if (outputs.TrueForAll(v => v.Domain == first.Domain && v.Type == first.Type && v.Encoding == first.Encoding))
            return ([.. outputs.Select(v => v.Sql)], first with { NotNull = outputs.TrueForAll(v => v.NotNull), WholeIsInteger = outputs.TrueForAll(v => v.WholeIsInteger), Affinity = outputs.TrueForAll(v => v.Affinity == first.Affinity) ? first.Affinity : Model.Values.Affinity.Blob });
        var (words, value) = writer.Unify(values, span);
        return (words, Output.Of(value with { NotNull = outputs.TrueForAll(v => v.NotNull) }));
    }

    private string OrderOutside(OrderingTerm term, QueryCore first, List<PlannedColumn> columns, List<Value> values)
    {
        var (inner, collation) = term.Expression is CollateExpression collate ? (collate.Operand, collate) : (term.Expression, null);
        var index = inner switch
        {
            IntegerLiteral { Value: var n } when n >= 1 && n <= columns.Count => (int)n - 1,
            ColumnReference { Table: null } reference => columns.FindIndex(c => reference.Column.Matches(c.SourceName)),
            _ => -1,
        };
        if (index < 0 && !first.Columns.Any(c => c is StarColumn)) index = first.Columns.ToList().FindIndex(c => c is ExpressionColumn e && e.Expression.Equals(inner));
        if (index < 0) throw new TranslationFault("distinct rows and compounds are sorted by their own columns only", term.Span);
        var value = values[index];
        if (collation is not null) value = new ExpressionWriter(new OneName(value), folding).Write(collation with { Operand = new ColumnReference(new Name("x")) });
        return ExpressionWriter.Ordered(new ExpressionWriter(new NoNames(), folding).SortKey(value, term.Span), term, value.NotNull);
    }

    private sealed class OneName(Value value) : INames
    {
        public Value? Find(ColumnReference reference) => value;
    }

    private static (IReadOnlyList<TypedColumn> Columns, IReadOnlyList<Value> Values, IReadOnlyList<string> Targets) Describe(IReadOnlyList<PlannedColumn> planned, IReadOnlyList<string>? names)
    {
        var sources = names is { Count: > 0 } && names.Count == planned.Count ? names : ColumnNames.MakeUnique(planned.Select(c => c.SourceName));
        var targets = ColumnNames.ForTarget(sources);
        var values = planned.Select(c => Output.Of(c.Value)).ToList();
        return ([.. values.Select((v, i) => Output.ToColumn(v, sources[i], targets[i]))], values, targets);
    }

    private string WriteLimit(Select select)
    {
        if (select.Limit is null) return "";
        var writer = new ExpressionWriter(new NoNames(), folding);
        var limit = writer.Write(select.Limit).Constant as long? ?? throw new TranslationFault("LIMIT is translated for constants only", select.Limit.Span);
        var offset = select.Offset is null ? 0 : writer.Write(select.Offset).Constant as long? ?? throw new TranslationFault("OFFSET is translated for constants only", select.Offset.Span);
        if (select.OrderBy.Count == 0 && (limit >= 0 || offset > 0) && !IsOneRow(select)) throw new TranslationFault("LIMIT without ORDER BY: which rows come first is left to the database", select.Limit.Span);
        return (limit < 0 ? "" : $" LIMIT {PostgresText.Literal(limit)}") + (offset <= 0 ? "" : $" OFFSET {PostgresText.Literal(offset)}");
    }

    private static bool IsOneRow(Select select) => select is { Rest.Count: 0, First: QueryCore { GroupBy.Count: 0 } core }
        && core.Columns.Any(c => c is ExpressionColumn e && ExpressionTree.HasAggregate(e.Expression));

    private string Unnamed() => PostgresText.Name($"subquery{++_unnamed}");
}
