using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Common tables (https://sqlite.org/lang_with.html).</summary>
internal sealed partial class SelectWriter
{
    private string WriteWith(With with, INames outer)
    {
        var parts = new List<string>();
        var recursive = false;
        foreach (var table in with.Tables)
        {
            var isRecursive = table.Select.Rest.Count > 0 && table.Select.Rest.Any(p => Mentions(p.Core, table.Name.Text));
            recursive |= isRecursive;
            var names = table.Columns.Count > 0 ? table.Columns.Select(c => c.Text).ToList() : null;
            var written = isRecursive ? WriteRecursive(table, outer, names) : WriteSelect(table.Select, outer, names);
            if (names is not null && names.Count != written.Columns.Count) throw new TranslationFault("the common table names another number of columns than its query has", table.Span);
            _commons[table.Name.Text] = new TypedRelation(table.Name.Text, table.Name.Text, written.Columns);
            var materialized = table.Materialized switch
            {
                true => "MATERIALIZED ",
                false => "NOT MATERIALIZED ",
                null => "",
            };
            parts.Add($"{PostgresText.Name(table.Name.Text)} AS {materialized}({written.Sql})");
        }
        return $"WITH {(recursive ? "RECURSIVE " : "")}{string.Join(", ", parts)} ";
    }

    private WrittenQuery WriteRecursive(CommonTable table, INames outer, List<string>? names)
    {
        var select = table.Select;
        if (select is not { Rest: [{ Operator: CompoundOperator.Union or CompoundOperator.UnionAll } step], OrderBy.Count: 0, Limit: null, With: null, First: QueryCore start } || step.Core is not QueryCore next)
            throw new TranslationFault("a recursive common table is translated as one start and one UNION only, without ORDER BY and LIMIT", table.Span);
        var plan = PlanCore(start, outer, [], out _);
        var (columns, values, targets) = Describe(plan.Columns, names);
        _commons[table.Name.Text] = new TypedRelation(table.Name.Text, table.Name.Text, [.. columns.Select(c => c with { NotNull = false })]);
        var stepPlan = PlanCore(next, outer, [], out _);
        if (stepPlan.Columns.Count != columns.Count) throw new TranslationFault("the parts of the compound differ in their number of columns", select.Span);
        var words = new List<string>();
        for (var i = 0; i < columns.Count; i++)
        {
            var value = Output.Of(stepPlan.Columns[i].Value);
            if (value.Domain != values[i].Domain || value.Type != values[i].Type || value.Encoding != values[i].Encoding)
                throw new TranslationFault($"the column {columns[i].SourceName} of the recursion changes its type on the way", table.Span);
            if (step.Operator == CompoundOperator.Union && (value.Collation ?? values[i].Collation) is not null) throw new TranslationFault("rows are made distinct under another collation than BINARY", table.Span);
            words.Add(Collated(value));
        }
        var sql = $"{plan.Render([.. values.Select(Collated)], targets)} {(step.Operator == CompoundOperator.Union ? "UNION" : "UNION ALL")} {stepPlan.Render(words, targets)}";
        return new WrittenQuery(sql, [.. columns.Select(c => c with { NotNull = false })], values);
    }

    /// <summary>Both parts of a recursion must agree on the collation too.</summary>
    private static string Collated(Value value) => value is { Domain: Domain.Text, Type.IsText: true } ? $"{value.Sql} COLLATE \"C\"" : value.Sql;

    private static bool Mentions(SelectCore core, string name) => core is QueryCore { From: { } from } && Mentions(from, name);

    private static bool Mentions(TableExpression table, string name) => table switch
    {
        TableReference reference => reference.Schema is null && reference.Table.Matches(name),
        Join join => Mentions(join.Left, name) || Mentions(join.Right, name),
        ParenthesisedTable parenthesised => Mentions(parenthesised.Content, name),
        SubqueryTable subquery => Mentions(subquery.Select.First, name) || subquery.Select.Rest.Any(p => Mentions(p.Core, name)),
        _ => false,
    };
}
