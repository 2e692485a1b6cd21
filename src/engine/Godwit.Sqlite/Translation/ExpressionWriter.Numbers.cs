using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>
/// Arithmetic. SQLite computes two INTEGERs in 64 bits and everything else in doubles; so does this, numeric columns included. Where SQLite
/// goes over to a REAL because 64 bits overflow, PostgreSQL fails aloud.
/// </summary>
internal sealed partial class ExpressionWriter
{
    private Value Number(Value value, SourceSpan span) => value.Domain switch
    {
        Domain.Integer or Domain.Real or Domain.Number or Domain.Boolean => Decode(value, span),
        Domain.Null => value,
        _ => throw new TranslationFault("SQLite reads numbers out of texts here, mostly 0", span),
    };

    private Value Arithmetic(BinaryOperator kind, Value left, Value right, BinaryExpression binary)
    {
        if (kind == BinaryOperator.Add && (left.Domain == Domain.Text || right.Domain == Domain.Text))
            throw new TranslationFault("SQLite's + adds texts as numbers, so that words count as 0; || joins texts", binary.Span);
        left = Number(left, binary.Left.Span);
        right = Number(right, binary.Right.Span);
        if (left.Domain == Domain.Null || right.Domain == Domain.Null) return Value.Of(null);
        var symbol = Symbol(kind);
        if (left.Domain == Domain.Integer && right.Domain == Domain.Integer)
        {
            var divisor = kind is BinaryOperator.Divide or BinaryOperator.Modulo ? Divisor(right, AsBigint(right)) : AsBigint(right);
            return Value.Integer($"({AsBigint(left)} {symbol} {divisor})") with { NotNull = left.NotNull && right.NotNull && kind is not (BinaryOperator.Divide or BinaryOperator.Modulo) };
        }
        if (kind == BinaryOperator.Modulo) throw new TranslationFault("% is translated for integers only", binary.Span);
        var isReal = left.Domain == Domain.Real || right.Domain == Domain.Real;
        if (kind == BinaryOperator.Divide)
        {
            if (!isReal) return DivideNumbers(left, right, binary.Span);
            return Value.Real($"({AsDouble(left)} / {Divisor(right, AsDouble(right))})");
        }
        var sql = $"({AsDouble(left)} {symbol} {AsDouble(right)})";
        return isReal ? Value.Real(sql) : new Value(sql, Domain.Number, TargetType.DoublePrecision);
    }

    /// <summary>Division by zero is NULL to SQLite and an error to PostgreSQL.</summary>
    private static string Divisor(Value divisor, string sql) =>
        divisor.IsConstant && divisor.Constant is not (0L or 0.0) ? sql : $"NULLIF({sql}, 0)";

    /// <summary>Whole numbers divide as integers, others as reals, and which they are is known for each row only.</summary>
    private static Value DivideNumbers(Value left, Value right, SourceSpan span)
    {
        foreach (var side in new[] { left, right })
        {
            if (side.Domain == Domain.Number && !(side.WholeIsInteger && side.Type.Name == TypeName.Numeric))
                throw new TranslationFault("SQLite divides as integers or as reals depending on how it stored each value, which is not known here; CAST(… AS REAL) decides it", span);
        }
        var (a, b) = ($"{left.Sql}::numeric", $"{right.Sql}::numeric");
        var whole = string.Join(" AND ", new[] { left, right }.Where(v => v.Domain == Domain.Number).Select(v => $"{v.Sql} = trunc({v.Sql})"));
        return new Value(
            $"(CASE WHEN {whole} THEN div({a}, {Divisor(right, b)})::double precision ELSE {AsDouble(left)} / {Divisor(right, AsDouble(right))} END)",
            Domain.Number, TargetType.DoublePrecision);
    }

    private static string AsBigint(Value value) => value.Type.Name == TypeName.Bigint ? value.Sql : $"{value.Sql}::bigint";

    private static string AsDouble(Value value) => value.Type.Name == TypeName.DoublePrecision ? value.Sql : $"{value.Sql}::double precision";

    private Value Bits(BinaryOperator kind, Value left, Value right, SourceSpan span)
    {
        left = Number(left, span);
        right = Number(right, span);
        if (left.Domain != Domain.Integer || right.Domain != Domain.Integer) throw new TranslationFault("bit operators are translated for integers only", span);
        if (kind is BinaryOperator.BitAnd or BinaryOperator.BitOr) return Value.Integer($"({AsBigint(left)} {Symbol(kind)} {AsBigint(right)})");
        if (right.Constant is not (long and >= 0 and < 64)) throw new TranslationFault("a shift is translated for a constant from 0 to 63 only", span);
        return Value.Integer($"({AsBigint(left)} {Symbol(kind)} {right.Sql})");
    }

    /// <summary>round(x): halves away from zero, where PostgreSQL's round of a double goes to the even one.</summary>
    private Value Round(FunctionCall call, List<Value> arguments)
    {
        var number = Number(arguments[0], call.Arguments[0].Span);
        var digits = arguments.Count == 1 ? 0L : arguments[1] is { IsConstant: true, Constant: long n } ? n : throw new TranslationFault("round is translated for a constant number of digits only", call.Span);
        if (number.Domain == Domain.Integer) return Value.Real(AsDouble(number));
        var x = AsDouble(number);
        if (digits > 0) return RoundDigits(x, (int)Math.Min(digits, 14));
        return Value.Real($"(CASE WHEN abs({x}) > 4503599627370496 THEN {x} WHEN {x} < 0 THEN trunc({x} - 0.5) + 0 ELSE trunc({x} + 0.5) END)");
    }

    /// <summary>
    /// round(x, n) as SQLite's printf does it: half a unit is added and the rest cut off, after the value grew by 3e-16 of itself where its digits
    /// leave room (sqlite3VXPrintf). The value's shortest digits stand for its exact ones here, so that the two can part only within one unit in the
    /// last place of that edge.
    /// </summary>
    private static Value RoundDigits(string x, int digits)
    {
        var roomy = Constant(1L << (3 * (15 - digits)));
        var half = "0." + new string('0', digits) + "5";
        return Value.Real($"(CASE WHEN abs({x}) > 4503599627370496 THEN {x} ELSE sign({x}) * trunc(abs({x})::text::numeric * CASE WHEN abs({x}) < {roomy} THEN 1.0000000000000003 ELSE 1 END + {half}, {digits})::double precision END)");
    }

    private Value Absolute(FunctionCall call, Value argument)
    {
        var number = Number(argument, call.Span);
        return (number with { Sql = $"abs({(number.Domain == Domain.Integer ? AsBigint(number) : number.Sql)})", Type = number.Domain == Domain.Integer ? TargetType.Bigint : number.Type }).WithoutAffinity();
    }
}
