using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Which function goes where.</summary>
internal sealed partial class ExpressionWriter
{
    /// <summary>Functions that SQLite computes itself when all arguments are constants.</summary>
    private static readonly HashSet<string> Foldable = new(StringComparer.Ordinal)
    {
        "abs", "char", "coalesce", "hex", "ifnull", "iif", "instr", "length", "lower", "ltrim", "max", "min", "nullif", "round", "rtrim", "substr", "substring", "trim", "typeof",
        "unicode", "upper", "date", "time", "datetime", "julianday", "strftime", "unixepoch",
    };

    private Value WriteCall(FunctionCall call)
    {
        var name = SqliteNames.Fold(call.Function.Text);
        if (call.Over is not null) return WriteWindowCall(call, name);
        if (ExpressionTree.IsAggregate(call)) return WriteAggregate(call, name);
        if (call.Filter is not null || call.Distinct || call.Star) throw new TranslationFault($"{name} is not an aggregate", call.Span);
        if (name is "iif" or "if" && call.Arguments.Count == 3) return Iif(call);
        var arguments = call.Arguments.Select(Write).ToList();
        if (arguments.TrueForAll(a => a is { IsConstant: true, CollationIsExplicit: false }) && Foldable.Contains(name) && !DependsOnClock(name, arguments))
            return Fold($"{name}({string.Join(", ", Enumerable.Range(1, arguments.Count).Select(i => $"?{i}"))})", call.Span, [.. arguments]);
        return name switch
        {
            "date" or "time" or "datetime" or "julianday" or "strftime" or "unixepoch" => WriteDateCall(call, name, arguments),
            "coalesce" when arguments.Count > 1 => Coalesce(arguments, call.Span),
            "ifnull" when arguments.Count == 2 => Coalesce(arguments, call.Span),
            "nullif" when arguments.Count == 2 => NullIf(arguments, call.Span),
            "min" or "max" when arguments.Count > 1 => Extreme(call, arguments),
            "abs" when arguments.Count == 1 => Absolute(call, arguments[0]),
            "round" when arguments.Count is 1 or 2 => Round(call, arguments),
            "upper" or "lower" when arguments.Count == 1 => ChangeCase(call, arguments[0]),
            "length" when arguments.Count == 1 => Length(call, arguments[0]),
            "trim" or "ltrim" or "rtrim" when arguments.Count is 1 or 2 => Trim(call, arguments),
            "substr" or "substring" when arguments.Count is 2 or 3 => Substring(call, arguments),
            "instr" when arguments.Count == 2 => Instr(call, arguments),
            "replace" when arguments.Count == 3 => Replace(call, arguments),
            "hex" when arguments.Count == 1 => Hex(call, arguments[0]),
            "unicode" when arguments.Count == 1 => Unicode(call, arguments[0]),
            "printf" or "format" when arguments.Count > 0 => Format(call, arguments),
            "likely" or "unlikely" when arguments.Count == 1 => arguments[0],
            "likelihood" when arguments.Count == 2 => arguments[0],
            "like" when arguments.Count is 2 or 3 => WritePattern(new PatternExpression(PatternOperator.Like, call.Arguments[1], call.Arguments[0], call.Arguments.Count == 3 ? call.Arguments[2] : null, Negated: false) { Span = call.Span }),
            "glob" when arguments.Count == 2 => WritePattern(new PatternExpression(PatternOperator.Glob, call.Arguments[1], call.Arguments[0], Escape: null, Negated: false) { Span = call.Span }),
            "typeof" => throw new TranslationFault("typeof asks for SQLite's storage class, which PostgreSQL does not have", call.Span),
            _ => throw new TranslationFault($"the function {call.Function.Text} with {arguments.Count} arguments is not translated", call.Span),
        };
    }

    private Value WriteAggregate(FunctionCall call, string name)
    {
        if (!AllowsAggregates || _insideAggregate) throw new TranslationFault($"the aggregate {name} cannot stand here", call.Span);
        return Ungrouped(() => Aggregate(call, name, call.Filter is { } filter ? $" FILTER (WHERE {Condition(filter)})" : ""));
    }

    /// <param name="suffix">FILTER and OVER.</param>
    private Value Aggregate(FunctionCall call, string name, string suffix)
    {
        if (name == "count" && call.Arguments.Count == 0) return Value.Integer($"count(*){suffix}") with { NotNull = true };
        if (call.Arguments.Count == 0) throw new TranslationFault($"{name} wants an argument", call.Span);
        var argument = Write(call.Arguments[0]);
        var distinct = call.Distinct ? "DISTINCT " : "";
        return name switch
        {
            "count" when call.Arguments.Count == 1 => Value.Integer($"count({distinct}{(call.Distinct ? KeyOf(argument, call.Span) : argument.Sql)}){suffix}") with { NotNull = true },
            "sum" or "total" or "avg" when call.Arguments.Count == 1 => Sum(call, name, distinct, Number(argument, call.Arguments[0].Span), suffix),
            "min" or "max" => Outermost(call, name, argument, suffix),
            "group_concat" or "string_agg" => Join(call, distinct, argument, suffix),
            _ => throw new TranslationFault($"{name} with {call.Arguments.Count} arguments is not translated", call.Span),
        };
    }

    private static Value Sum(FunctionCall call, string name, string distinct, Value number, string suffix)
    {
        if (number.Domain == Domain.Null) throw new TranslationFault($"{name} of NULL is not translated", call.Span);
        var isInteger = number.Domain == Domain.Integer;
        return name switch
        {
            "sum" when isInteger => Value.Integer(Suffixed($"sum({distinct}{AsBigint(number)})", suffix) + "::bigint"),
            "sum" => (number.Domain == Domain.Real ? Value.Real("") : new Value("", Domain.Number, TargetType.DoublePrecision)) with { Sql = Suffixed($"sum({distinct}{AsDouble(number)})", suffix) },
            "total" => Value.Real($"coalesce(sum({distinct}{AsDouble(number)}){suffix}, 0)") with { NotNull = true },
            _ => Value.Real(Suffixed($"avg({distinct}{AsDouble(number)})", suffix)),
        };
    }

    private static string Suffixed(string call, string suffix) => suffix.Length == 0 ? call : $"({call}{suffix})";

    private Value Outermost(FunctionCall call, string name, Value argument, string suffix)
    {
        if (argument.Collation is not null) throw new TranslationFault($"{name} under the collation {argument.Collation} gives any of the equal values", call.Span);
        if (argument.Domain is Domain.Mixed or Domain.Null) throw new TranslationFault($"{name} of this value is not translated", call.Span);
        if (argument.Domain == Domain.Boolean) return (argument with { Sql = Suffixed($"{(name == "min" ? "bool_and" : "bool_or")}({argument.Sql})", suffix), NotNull = false }).WithoutAffinity();
        // PostgreSQL has no min and max of uuid and bytea.
        if (argument.Domain == Domain.Blob) throw new TranslationFault($"PostgreSQL has no {name} of bytes", call.Span);
        if (argument.Encoding is { } mapping && (!Encodings.KeepsOrder(mapping) || argument.Type.Name is TypeName.Uuid or TypeName.Boolean)) argument = Decode(argument, call.Span);
        var sql = argument.Domain == Domain.Text && argument.Encoding is null ? Binary(argument.Sql) : argument.Sql;
        return argument with { Sql = Suffixed($"{name}({sql})", suffix), NotNull = false, IsColumn = false, IsConstant = false, Affinity = argument.Affinity };
    }

    private Value Join(FunctionCall call, string distinct, Value argument, string suffix)
    {
        var separator = call.Arguments.Count == 1 ? "','" : call.Arguments.Count == 2 ? TextOf(Write(call.Arguments[1]), call.Arguments[1].Span).Sql : throw new TranslationFault("group_concat has at most two arguments", call.Span);
        if (distinct.Length > 0 && argument.Collation is not null) throw new TranslationFault("DISTINCT under another collation than BINARY is not translated", call.Span);
        return Value.Text(Suffixed($"string_agg({distinct}{TextOf(argument, call.Span).Sql}, {separator})", suffix));
    }

    /// <summary>Words that are equal when SQLite takes two values for the same: for GROUP BY and DISTINCT.</summary>
    internal string KeyOf(Value value, SourceSpan span) =>
        value.Collation is { } collation && value.Domain == Domain.Text ? FoldText(Decode(value, span), collation) : value.Sql;

    /// <summary>Words in SQLite's order.</summary>
    internal string SortKey(Value value, SourceSpan span)
    {
        if (value.Domain == Domain.Mixed) throw new TranslationFault("this column mixes storage classes, which SQLite sorts one after the other", span);
        if (value.Encoding is { } mapping && !Encodings.KeepsOrder(mapping)) value = Decode(value, span);
        if (value.Domain != Domain.Text || (value.Encoding is not null && value.Collation is null)) return value.Sql;
        value = Decode(value, span);
        return value.Collation is { } collation ? FoldText(value, collation) : Binary(value.Sql);
    }
}
