using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>CASE, coalesce and their kin: several values that must become one type; and CAST.</summary>
internal sealed partial class ExpressionWriter
{
    private Value WriteCase(CaseExpression choice)
    {
        var operand = choice.Operand is null ? null : Write(choice.Operand);
        var results = choice.Whens.Select(w => Write(w.Then)).ToList();
        var otherwise = choice.Else is null ? Value.Of(null) : Write(choice.Else);
        var (words, result) = Unify([.. results, otherwise], choice.Span);
        var whens = choice.Whens.Select((when, i) =>
        {
            var condition = operand is null ? Condition(when.When) : Compare(BinaryOperator.Equal, operand, Write(when.When), when.Span).Sql;
            return $" WHEN {condition} THEN {words[i]}";
        });
        return result with { Sql = $"(CASE{string.Concat(whens)} ELSE {words[^1]} END)", NotNull = results.All(r => r.NotNull) && otherwise.NotNull };
    }

    private Value Coalesce(List<Value> arguments, SourceSpan span)
    {
        var (words, result) = Unify(arguments, span);
        return result with { Sql = $"coalesce({string.Join(", ", words)})", NotNull = arguments.Any(a => a.NotNull) };
    }

    private Value Iif(FunctionCall call)
    {
        var (words, result) = Unify([Write(call.Arguments[1]), Write(call.Arguments[2])], call.Span);
        return result with { Sql = $"(CASE WHEN {Condition(call.Arguments[0])} THEN {words[0]} ELSE {words[1]} END)" };
    }

    private Value NullIf(List<Value> arguments, SourceSpan span)
    {
        // The function compares values as they are; affinity belongs to the comparison operators.
        var equal = Compare(BinaryOperator.Equal, arguments[0].WithoutAffinity() with { IsColumn = arguments[0].IsColumn }, arguments[1].WithoutAffinity(), span);
        return arguments[0].WithoutAffinity() with { Sql = $"(CASE WHEN {equal.Sql} THEN NULL ELSE {arguments[0].Sql} END)", NotNull = false, IsConstant = false };
    }

    /// <summary>min(a, b, …) and max(a, b, …): NULL when one of them is, where LEAST and GREATEST pass it over.</summary>
    private Value Extreme(FunctionCall call, List<Value> arguments)
    {
        if (arguments.Any(a => a.Domain == Domain.Null)) return Value.Of(null);
        if (arguments.Any(a => a.Collation is not null)) throw new TranslationFault("min and max under another collation than BINARY are not translated", call.Span);
        if (arguments.Select(ClassOf).Distinct().Count() > 1 || arguments.Any(a => a.Domain == Domain.Mixed)) throw new TranslationFault("min and max over texts and numbers are not translated", call.Span);
        var ordered = arguments.Any(a => a.Encoding is { } mapping && !Encodings.KeepsOrder(mapping)) ? arguments.Select(a => Decode(a, call.Span)).ToList() : [.. arguments];
        var (words, result) = Unify(ordered, call.Span);
        if (result.Domain == Domain.Text && result.Encoding is null) words = [.. words.Select((w, i) => i == 0 ? Binary(w) : w)];
        var function = SqliteNames.Same(call.Function.Text, "max") ? "GREATEST" : "LEAST";
        var nulls = arguments.Where(a => !a.NotNull).Select(a => $"{a.Sql} IS NULL").ToList();
        var extreme = $"{function}({string.Join(", ", words)})";
        return result with { Sql = nulls.Count == 0 ? extreme : $"(CASE WHEN {string.Join(" OR ", nulls)} THEN NULL ELSE {extreme} END)", NotNull = nulls.Count == 0 };
    }

    /// <summary>Words for several values in one type, and what that type holds.</summary>
    internal (IReadOnlyList<string> Words, Value Result) Unify(IReadOnlyList<Value> values, SourceSpan span)
    {
        var known = values.Where(v => v.Domain != Domain.Null).ToList();
        if (known.Count == 0) return ([.. values.Select(_ => "NULL")], Value.Of(null) with { IsConstant = false });
        if (known.Any(v => v.Domain == Domain.Mixed)) throw new TranslationFault("this column mixes storage classes", span);
        if (UnifyEncoded(values, known) is { } encoded) return encoded;
        var plain = values.Select(v => v.Domain == Domain.Null ? v : Decode(v, span)).ToList();
        var domains = plain.Where(v => v.Domain != Domain.Null).Select(v => v.Domain).Distinct().ToList();
        if (domains.Count > 1 && domains.Exists(d => d is Domain.Text or Domain.Blob)) throw new TranslationFault("the results are of different storage classes, which one column of PostgreSQL cannot hold", span);
        if (domains.Count == 1 && domains[0] is Domain.Text or Domain.Blob)
        {
            var shapes = plain.Where(v => v.Domain != Domain.Null).Select(v => v.Shape).Distinct().ToList();
            return ([.. plain.Select(v => v.Sql)], domains[0] == Domain.Text ? Value.Text("", shapes.Count == 1 ? shapes[0] : TextShape.Unknown) : Value.Blob(""));
        }
        if (domains.Count == 1 && domains[0] == Domain.Integer) return ([.. plain.Select(v => v.Domain == Domain.Null ? "NULL" : AsBigint(v))], Value.Integer(""));
        if (domains.Count == 1 && domains[0] == Domain.Real) return ([.. plain.Select(v => v.Domain == Domain.Null ? "NULL" : AsDouble(v))], Value.Real(""));
        // Decimals and whole numbers stay decimal; with a real among them all are doubles.
        var isDecimal = plain.TrueForAll(v => v.Domain is Domain.Null or Domain.Integer || v.Type.Name == TypeName.Numeric);
        if (isDecimal) return ([.. plain.Select(v => v.Sql)], new Value("", Domain.Number, TargetType.Numeric));
        return ([.. plain.Select(v => v.Domain == Domain.Null ? "NULL" : AsDouble(v))], new Value("", Domain.Number, TargetType.DoublePrecision));
    }

    /// <summary>All of one mapping, with constants that it takes.</summary>
    private static (IReadOnlyList<string> Words, Value Result)? UnifyEncoded(IReadOnlyList<Value> values, List<Value> known)
    {
        var first = known.Find(v => v.Encoding is not null);
        if (first is null || known.Exists(v => !v.IsConstant && !SameEncoding(v, first))) return null;
        var words = new List<string>();
        foreach (var value in values)
        {
            var word = value.Domain == Domain.Null ? "NULL" : value.IsConstant ? EncodedLiterals.Encode(value.Constant!, first.Encoding!, first.Type) : value.Sql;
            if (word is null) return null;
            words.Add(word);
        }
        return (words, new Value("", first.Domain, first.Type) { Encoding = first.Encoding, Shape = first.Shape });
    }

    private Value WriteCast(CastExpression cast)
    {
        var value = Write(cast.Operand);
        var affinity = cast.Type.Affinity;
        if (value.Domain == Domain.Null) return value;
        if (value.IsConstant) return Fold($"CAST(?1 AS {affinity})", cast.Span, value) with { Affinity = affinity };
        var result = affinity switch
        {
            Affinity.Text => TextOf(value, cast.Span),
            Affinity.Blob => BlobOf(value, cast.Span),
            _ => CastToNumber(value, affinity, cast.Span),
        };
        return result with { Affinity = affinity, Collation = value.Collation, CollationIsExplicit = value.CollationIsExplicit, IsColumn = value.IsColumn, NotNull = value.NotNull };
    }

    private Value CastToNumber(Value value, Affinity affinity, SourceSpan span)
    {
        if (value is { Domain: Domain.Text, Shape: TextShape.Digits }) value = Value.Integer($"{Decode(value, span).Sql}::bigint");
        if (value.Domain == Domain.Text) throw new TranslationFault("SQLite reads the number that a text begins with, and takes 0 where there is none", span);
        var number = Number(value, span);
        return (affinity, number.Domain) switch
        {
            (Affinity.Real, _) => Value.Real(AsDouble(number)),
            (Affinity.Integer, Domain.Integer) => Value.Integer(AsBigint(number)),
            (Affinity.Integer, _) => Value.Integer($"trunc({number.Sql})::bigint"),
            (_, Domain.Real) => new Value(AsDouble(number), Domain.Number, TargetType.DoublePrecision),
            _ => number,
        };
    }

    private Value BlobOf(Value value, SourceSpan span)
    {
        RequireMutable(span);
        return value.Domain switch
        {
            Domain.Blob => Decode(value, span),
            Domain.Text => Value.Blob($"convert_to({Decode(value, span).Sql}, 'UTF8')"),
            _ => throw new TranslationFault("a number is not cast to a BLOB at the target", span),
        };
    }
}
