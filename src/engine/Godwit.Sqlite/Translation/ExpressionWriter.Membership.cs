using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>BETWEEN, IN and subqueries used as values.</summary>
internal sealed partial class ExpressionWriter
{
    private Value WriteBetween(BetweenExpression between)
    {
        var operand = Write(between.Operand);
        var low = Compare(BinaryOperator.GreaterOrEqual, operand, Write(between.Low), between.Span);
        var high = Compare(BinaryOperator.LessOrEqual, operand, Write(between.High), between.Span);
        return Negate($"({low.Sql} AND {high.Sql})", between.Negated);
    }

    private static Value Negate(string condition, bool negated) => Value.Condition(negated ? $"(NOT {condition})" : condition);

    private Value WriteInList(InListExpression list)
    {
        var operand = Write(list.Operand);
        if (list.Items.Count == 0) return Value.Of(list.Negated ? 1L : 0L);
        // The items' own affinities do not count (https://sqlite.org/datatype3.html section 4.2).
        var items = list.Items.Select(i => Write(i).WithoutAffinity()).ToList();
        var pairs = new List<Alignment>();
        var alternatives = new List<string>();
        foreach (var item in items)
        {
            if (item.Domain == Domain.Null) alternatives.Add("NULL::boolean");
            else if (operand.Domain == Domain.Null) return Value.Condition("NULL::boolean");
            else
            {
                var (left, right) = ApplyAffinity(operand, item, ordering: false, list.Span);
                var aligned = Align(left, right, ordering: false, list.Span);
                if (aligned.Left is null) alternatives.Add(Always(BinaryOperator.Equal, aligned.Order, left, right));
                else pairs.Add(aligned);
            }
        }
        foreach (var group in pairs.GroupBy(p => p.Left, StringComparer.Ordinal))
            alternatives.Add($"({group.Key} IN ({string.Join(", ", group.Select(p => p.Right))}))");
        return Negate(alternatives.Count == 1 ? alternatives[0] : $"({string.Join(" OR ", alternatives)})", list.Negated);
    }

    private Value WriteSubquery(SubqueryExpression subquery)
    {
        var query = queries!.Write(subquery.Select, names);
        if (query.Columns.Count != 1) throw new TranslationFault("a query used as a value has one column", subquery.Span);
        return query.Columns[0] with { Sql = $"({query.Sql})", IsColumn = false, NotNull = false, IsConstant = false, Constant = null };
    }

    private Value WriteInSelect(Expression operand, Select select, bool negated, SourceSpan span)
    {
        if (operand is RowValue) throw new TranslationFault("row values are not translated", span);
        var left = Write(operand);
        string? leftSql = null;
        // The query's column is brought into the form in which PostgreSQL compares it as SQLite does.
        var query = queries!.Write(select, names, column =>
        {
            var (l, r) = ApplyAffinity(left, column with { IsConstant = false }, ordering: false, span);
            var aligned = Align(l, r, ordering: false, span);
            if (aligned.Left is null || (leftSql is not null && leftSql != aligned.Left)) throw new TranslationFault("the two sides of IN are of different kinds", span);
            leftSql = aligned.Left;
            return aligned.Right!;
        });
        if (query.Columns.Count != 1) throw new TranslationFault("IN wants a query of one column", span);
        return Negate($"({leftSql} IN ({query.Sql}))", negated);
    }

    private Value WriteInTable(InTableExpression membership)
    {
        if (membership.Arguments is not null) throw new TranslationFault("table-valued functions are not translated", membership.Span);
        var all = new Select
        {
            First = new QueryCore { Columns = [new StarColumn(Table: null)], From = new TableReference(membership.Schema, membership.Table, Alias: null) { Span = membership.Span }, Span = membership.Span },
            Span = membership.Span,
        };
        return WriteInSelect(membership.Operand, all, membership.Negated, membership.Span);
    }
}
