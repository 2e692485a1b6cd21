using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Window functions (https://sqlite.org/windowfunctions.html); both databases follow the same standard.</summary>
internal sealed partial class ExpressionWriter
{
    private Value WriteWindowCall(FunctionCall call, string name)
    {
        if (!AllowsAggregates || _insideAggregate) throw new TranslationFault("a window function cannot stand here", call.Span);
        if (call.Distinct) throw new TranslationFault("DISTINCT in a window function is not translated", call.Span);
        var filter = call.Filter is { } condition ? $" FILTER (WHERE {Condition(condition)})" : "";
        var over = $"{filter} OVER ({WriteWindow(call.Over!)})";
        return name switch
        {
            "row_number" or "rank" or "dense_rank" => Value.Integer($"({name}(){over})") with { NotNull = true },
            "percent_rank" or "cume_dist" => Value.Real($"({name}(){over})") with { NotNull = true },
            "ntile" when call.Arguments.Count == 1 && Write(call.Arguments[0]).Constant is long and > 0 => Value.SmallInteger($"(ntile({Write(call.Arguments[0]).Sql}){over})"),
            "lag" or "lead" when call.Arguments.Count is >= 1 and <= 3 => WriteNeighbour(call, name, over),
            "first_value" or "last_value" when call.Arguments.Count == 1 => Picked(Write(call.Arguments[0]), name, over),
            "count" or "sum" or "total" or "avg" or "min" or "max" or "group_concat" => Aggregate(call, name, over),
            _ => throw new TranslationFault($"the window function {name} is not translated", call.Span),
        };
    }

    private static Value Picked(Value argument, string name, string over) =>
        argument with { Sql = $"({name}({argument.Sql}){over})", NotNull = false, IsColumn = false, IsConstant = false };

    private Value WriteNeighbour(FunctionCall call, string name, string over)
    {
        var argument = Write(call.Arguments[0]);
        if (call.Arguments.Count == 1) return Picked(argument, name, over);
        if (Write(call.Arguments[1]).Constant is not (long distance and >= 0 and <= int.MaxValue)) throw new TranslationFault($"{name} is translated for a constant distance only", call.Span);
        if (call.Arguments.Count == 2) return Picked(argument, name, over) with { Sql = $"({name}({argument.Sql}, {Constant(distance)}){over})" };
        var (words, result) = Unify([argument, Write(call.Arguments[2])], call.Span);
        return result with { Sql = $"({name}({words[0]}, {Constant(distance)}, {words[1]}){over})" };
    }

    private string WriteWindow(Window window)
    {
        var definition = window switch
        {
            WindowReference reference => FindWindow(reference.Name),
            _ => (WindowDefinition)window,
        };
        var partition = definition.PartitionBy;
        var order = definition.OrderBy;
        if (definition.Base is { } name)
        {
            var parent = FindWindow(name);
            if (parent.Base is not null || parent.Frame is not null) throw new TranslationFault("a window on a window on a window is not translated", definition.Span);
            partition = parent.PartitionBy;
            if (parent.OrderBy.Count > 0) order = parent.OrderBy;
        }
        var parts = new List<string>();
        if (partition.Count > 0) parts.Add("PARTITION BY " + string.Join(", ", partition.Select(e => KeyOf(Write(e), e.Span))));
        if (order.Count > 0) parts.Add("ORDER BY " + string.Join(", ", order.Select(WriteOrderingTerm)));
        if (definition.Frame is { } frame) parts.Add(WriteFrame(frame));
        return string.Join(' ', parts);
    }

    private WindowDefinition FindWindow(Name name) =>
        Windows.TryGetValue(SqliteNames.Fold(name.Text), out var definition) ? definition : throw new TranslationFault($"no window is called {name.Text}", name.Span);

    internal string WriteOrderingTerm(OrderingTerm term)
    {
        var value = Write(term.Expression);
        if (value.IsConstant) throw new TranslationFault("a constant sorts nothing", term.Span);
        return Ordered(SortKey(value, term.Span), term, value.NotNull);
    }

    /// <summary>NULL is the smallest value to SQLite and the largest to PostgreSQL.</summary>
    internal static string Ordered(string key, OrderingTerm term, bool notNull)
    {
        var descending = term.Direction == SortDirection.Descending;
        var first = term.Nulls == NullsPosition.First || (term.Nulls == NullsPosition.Unspecified && !descending);
        return key + (descending ? " DESC" : "") + (notNull || first == descending ? "" : first ? " NULLS FIRST" : " NULLS LAST");
    }

    private static string WriteFrame(WindowFrame frame)
    {
        var bounds = frame.End is { } end ? $"BETWEEN {WriteBound(frame, frame.Start)} AND {WriteBound(frame, end)}" : WriteBound(frame, frame.Start);
        var exclude = frame.Exclude switch
        {
            FrameExclusion.CurrentRow => " EXCLUDE CURRENT ROW",
            FrameExclusion.Group => " EXCLUDE GROUP",
            FrameExclusion.Ties => " EXCLUDE TIES",
            _ => "",
        };
        return $"{frame.Unit.ToString().ToUpperInvariant()} {bounds}{exclude}";
    }

    private static string WriteBound(WindowFrame frame, FrameBound bound)
    {
        var word = bound.Kind switch
        {
            FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
            FrameBoundKind.UnboundedFollowing => "UNBOUNDED FOLLOWING",
            FrameBoundKind.CurrentRow => "CURRENT ROW",
            FrameBoundKind.Preceding => "PRECEDING",
            _ => "FOLLOWING",
        };
        if (bound.Offset is null) return word;
        if (frame.Unit == FrameUnit.Range || bound.Offset is not IntegerLiteral { Value: >= 0 } offset)
            throw new TranslationFault("a window's frame is translated for whole constants of rows or groups only", bound.Span);
        return $"{Constant(offset.Value)} {word}";
    }
}
