using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Planning;

/// <summary>The tables and views that a view reads, wherever in it they stand; its own common tables are none of them.</summary>
internal sealed class ViewReferences
{
    private readonly HashSet<string> _names = new(SqliteNames.Comparer);
    private readonly Stack<HashSet<string>> _commonTables = new();

    private ViewReferences() { }

    public static IReadOnlySet<string> Of(CreateView view)
    {
        var references = new ViewReferences();
        references.Visit(view.Select);
        return references._names;
    }

    private void Visit(Select? select)
    {
        if (select is null) return;
        _commonTables.Push(new HashSet<string>(select.With?.Tables.Select(t => t.Name.Text) ?? [], SqliteNames.Comparer));
        foreach (var table in select.With?.Tables ?? []) Visit(table.Select);
        foreach (var core in select.Rest.Select(r => r.Core).Prepend(select.First)) Visit(core);
        Visit(select.OrderBy.Select(o => o.Expression));
        Visit(select.Limit);
        Visit(select.Offset);
        _ = _commonTables.Pop();
    }

    private void Visit(SelectCore core)
    {
        switch (core)
        {
            case ValuesCore values:
                foreach (var row in values.Rows) Visit(row);
                break;
            case QueryCore query:
                Visit(query.Columns.OfType<ExpressionColumn>().Select(c => c.Expression));
                Visit(query.From);
                Visit(query.Where);
                Visit(query.GroupBy);
                Visit(query.Having);
                foreach (var window in query.Windows) Visit(window.Definition);
                break;
        }
    }

    private void Visit(TableExpression? from)
    {
        switch (from)
        {
            case TableReference { Arguments: null } reference:
                Take(reference.Schema, reference.Table);
                break;
            case TableReference { Arguments: { } arguments }:
                Visit(arguments);
                break;
            case SubqueryTable subquery:
                Visit(subquery.Select);
                break;
            case ParenthesisedTable parenthesised:
                Visit(parenthesised.Content);
                break;
            case Join join:
                Visit(join.Left);
                Visit(join.Right);
                Visit(join.On);
                break;
        }
    }

    private void Visit(IEnumerable<Expression?> expressions)
    {
        foreach (var expression in expressions) Visit(expression);
    }

    private void Visit(Expression? expression)
    {
        switch (expression)
        {
            case SubqueryExpression subquery:
                Visit(subquery.Select);
                break;
            case ExistsExpression exists:
                Visit(exists.Select);
                break;
            case InSelectExpression inSelect:
                Visit(inSelect.Operand);
                Visit(inSelect.Select);
                break;
            case InTableExpression inTable:
                Visit(inTable.Operand);
                Visit(inTable.Arguments ?? []);
                if (inTable.Arguments is null) Take(inTable.Schema, inTable.Table);
                break;
            case FunctionCall call:
                Visit(call.Arguments);
                Visit(call.Filter);
                Visit(call.Over as WindowDefinition);
                break;
            default:
                Visit(Operands(expression));
                break;
        }
    }

    private static Expression?[] Operands(Expression? expression) => expression switch
    {
        UnaryExpression e => [e.Operand],
        BinaryExpression e => [e.Left, e.Right],
        NullTest e => [e.Operand],
        CollateExpression e => [e.Operand],
        PatternExpression e => [e.Operand, e.Pattern, e.Escape],
        BetweenExpression e => [e.Operand, e.Low, e.High],
        InListExpression e => [e.Operand, .. e.Items],
        CaseExpression e => [e.Operand, .. e.Whens.SelectMany(w => new[] { w.When, w.Then }), e.Else],
        CastExpression e => [e.Operand],
        RowValue e => [.. e.Items],
        _ => [],
    };

    private void Visit(WindowDefinition? window)
    {
        if (window is null) return;
        Visit(window.PartitionBy);
        Visit(window.OrderBy.Select(o => o.Expression));
    }

    private void Take(Name? schema, Name table)
    {
        if (schema is not null || !_commonTables.Any(c => c.Contains(table.Text))) _names.Add(table.Text);
    }
}
