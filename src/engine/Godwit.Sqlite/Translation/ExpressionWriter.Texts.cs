using System.Globalization;
using System.Text;
using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>|| and the functions over texts (https://sqlite.org/lang_corefunc.html).</summary>
internal sealed partial class ExpressionWriter
{
    /// <summary>The text that SQLite makes of a value.</summary>
    private Value TextOf(Value value, SourceSpan span) => value.Domain switch
    {
        Domain.Text => Decode(value, span),
        Domain.Null => value,
        _ when value.IsConstant => Value.Of(folding.Evaluate("CAST(?1 AS TEXT)", value.Constant)),
        Domain.Integer or Domain.Boolean => Value.Text($"{Decode(value, span).Sql}::text") with { NotNull = value.NotNull },
        Domain.Real or Domain.Number => throw new TranslationFault("SQLite and PostgreSQL print a real number differently", span),
        Domain.Blob => throw new TranslationFault("a BLOB is not text to PostgreSQL", span),
        _ => throw new TranslationFault("this column mixes storage classes", span),
    };

    private Value Concatenate(Value left, Value right, BinaryExpression binary)
    {
        if (left.Domain == Domain.Null || right.Domain == Domain.Null) return Value.Of(null);
        return Value.Text($"({TextOf(left, binary.Left.Span).Sql} || {TextOf(right, binary.Right.Span).Sql})") with { NotNull = left.NotNull && right.NotNull };
    }

    private Value ChangeCase(FunctionCall call, Value argument) =>
        Value.Text($"{call.Function.Text.ToLowerInvariant()}({Binary(TextOf(argument, call.Span).Sql)})");

    private Value Length(FunctionCall call, Value argument) => argument.Domain == Domain.Blob
        ? Value.SmallInteger($"length({Decode(argument, call.Span).Sql})")
        : Value.SmallInteger($"length({TextOf(argument, call.Span).Sql})");

    private Value Trim(FunctionCall call, List<Value> arguments)
    {
        var function = call.Function.Text.ToLowerInvariant() is "trim" ? "btrim" : call.Function.Text.ToLowerInvariant();
        return Value.Text($"{function}({string.Join(", ", arguments.Select(a => TextOf(a, call.Span).Sql))})");
    }

    private Value Instr(FunctionCall call, List<Value> arguments) =>
        Value.SmallInteger($"strpos({TextOf(arguments[0], call.Span).Sql}, {TextOf(arguments[1], call.Span).Sql})");

    private Value Replace(FunctionCall call, List<Value> arguments) =>
        Value.Text($"replace({string.Join(", ", arguments.Select(a => TextOf(a, call.Span).Sql))})");

    private Value Hex(FunctionCall call, Value argument)
    {
        var bytes = BlobOf(argument.Domain == Domain.Integer ? TextOf(argument, call.Span) : argument, call.Span).Sql;
        return Value.Text($"coalesce(upper(encode({bytes}, 'hex')), '')") with { NotNull = true };
    }

    private Value Unicode(FunctionCall call, Value argument) => Value.SmallInteger($"NULLIF(ascii({TextOf(argument, call.Span).Sql}), 0)");

    /// <summary>A start below 1 counts from the end, where PostgreSQL counts on to the left.</summary>
    private Value Substring(FunctionCall call, List<Value> arguments)
    {
        var text = TextOf(arguments[0], call.Span).Sql;
        var start = Number(arguments[1], call.Span);
        if (start.Domain != Domain.Integer) throw new TranslationFault("substr is translated for whole numbers only", call.Span);
        if (arguments.Count == 2)
        {
            if (start.Constant is long at) return Value.Text(at < 0 ? $"right({text}, {-at})" : $"substr({text}, {at})");
            return Value.Text($"(CASE WHEN {start.Sql} < 0 THEN right({text}, (0 - {start.Sql})::integer) ELSE substr({text}, {start.Sql}::integer) END)");
        }
        var length = Number(arguments[2], call.Span);
        if (length.Domain != Domain.Integer || start.Constant is not long from) throw new TranslationFault("substr is translated for a constant start only", call.Span);
        if (length.Constant is long count)
        {
            if (count < 0) throw new TranslationFault("substr is not translated for a negative length", call.Span);
            return Value.Text(from < 0 ? $"substr({text}, length({text}) - {-from - 1}, {count})" : $"substr({text}, {from}, {count})");
        }
        if (from != 1) throw new TranslationFault("substr with a length that is not constant is translated from the first character only", call.Span);
        return Value.Text($"substr({text}, 1, GREATEST({length.Sql}, 0)::integer)");
    }

    /// <summary>LIKE knows no case among A-Z and has no escape character but a given one (https://sqlite.org/lang_expr.html#like).</summary>
    private Value WritePattern(PatternExpression pattern)
    {
        if (pattern.Operator is PatternOperator.Regexp or PatternOperator.Match)
            throw new TranslationFault($"{pattern.Operator.ToString().ToUpperInvariant()} is a function that the application defines", pattern.Span);
        var operand = TextOf(Write(pattern.Operand), pattern.Operand.Span);
        var form = TextOf(Write(pattern.Pattern), pattern.Pattern.Span);
        if (operand.Domain == Domain.Null || form.Domain == Domain.Null) return Value.Condition("NULL::boolean");
        if (pattern.Operator == PatternOperator.Glob)
        {
            if (form.Constant is not string glob) throw new TranslationFault("GLOB is translated for a constant pattern only", pattern.Span);
            return Negate($"({Binary(operand.Sql)} ~ {PostgresText.Literal(GlobToRegularExpression(glob, pattern.Span))})", pattern.Negated);
        }
        var escape = "";
        if (pattern.Escape is not null)
        {
            if (Write(pattern.Escape).Constant is not string { Length: 1 } one || one[0] is '%' or '_' || char.IsAsciiLetter(one[0]))
                throw new TranslationFault("LIKE is translated for one constant escape character that is neither a letter nor % or _", pattern.Escape.Span);
            if (form.Constant is not string like || like.EndsWith(one[0])) throw new TranslationFault("LIKE with an escape character is translated for a constant pattern that does not end with it", pattern.Span);
            escape = one;
        }
        return Negate($"({Binary(operand.Sql)} ILIKE {form.Sql} ESCAPE {PostgresText.Literal(escape)})", pattern.Negated);
    }

    private static string GlobToRegularExpression(string glob, SourceSpan span)
    {
        var expression = new StringBuilder("^");
        foreach (var c in glob)
        {
            if (c == '[') throw new TranslationFault("GLOB with [ is not translated", span);
            expression.Append(c switch
            {
                '*' => ".*",
                '?' => ".",
                '\\' or '^' or '$' or '.' or '|' or '+' or '(' or ')' or '{' or '}' or ']' => "\\" + c,
                _ => c.ToString(),
            });
        }
        return expression.Append('$').ToString();
    }

    /// <summary>printf with %s, %d and %% alone.</summary>
    private Value Format(FunctionCall call, List<Value> arguments)
    {
        if (arguments[0].Constant is not string format) throw new TranslationFault("printf is translated for a constant format only", call.Span);
        var parts = new List<string>();
        var literal = new StringBuilder();
        var next = 1;
        for (var i = 0; i < format.Length; i++)
        {
            var directive = format[i] != '%' ? '\0' : i + 1 < format.Length ? format[++i] : '?';
            if (directive is '\0' or '%') literal.Append(format[i]);
            else
            {
                if (directive is not ('s' or 'd') || next >= arguments.Count) throw new TranslationFault("printf is translated with %s, %d and %% only", call.Span);
                if (literal.Length > 0) parts.Add(PostgresText.Literal(literal.ToString()));
                literal.Clear();
                var argument = arguments[next++];
                if (directive == 'd' && argument.Domain is not (Domain.Integer or Domain.Boolean)) throw new TranslationFault("printf's %d is translated for integers only", call.Span);
                parts.Add($"coalesce({TextOf(argument, call.Span).Sql}, {(directive == 'd' ? "'0'" : "''")})");
            }
        }
        if (literal.Length > 0 || parts.Count == 0) parts.Add(PostgresText.Literal(literal.ToString()));
        return Value.Text(parts.Count == 1 ? parts[0] : $"({string.Join(" || ", parts)})") with { NotNull = true };
    }

    private static string Constant(long value) => value.ToString(CultureInfo.InvariantCulture);
}
