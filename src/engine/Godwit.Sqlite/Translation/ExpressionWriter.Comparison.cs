using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Comparison: affinity first, then storage classes, then collation (https://sqlite.org/datatype3.html sections 4 and 7).</summary>
internal sealed partial class ExpressionWriter
{
    /// <summary>Both sides in words that PostgreSQL compares as SQLite would; or, without words, how they always compare.</summary>
    /// <param name="Order">-1, 1: the left side is always before or after; 0: never equal.</param>
    private readonly record struct Alignment(string? Left, string? Right, int Order = 0);

    private Value Compare(BinaryOperator kind, Value left, Value right, SourceSpan span)
    {
        var isIs = kind is BinaryOperator.Is or BinaryOperator.IsNot;
        if (left.Domain == Domain.Null || right.Domain == Domain.Null)
        {
            if (!isIs) return Value.Condition("NULL::boolean");
            var other = left.Domain == Domain.Null ? right : left;
            return Value.Condition($"({other.Sql} IS {(kind == BinaryOperator.IsNot ? "NOT " : "")}NULL)") with { NotNull = true };
        }
        var ordering = kind is BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual;
        (left, right) = ApplyAffinity(left, right, ordering, span);
        if (ordering && CompareWithBound(kind, left, right) is { } bounded) return Value.Condition(bounded) with { NotNull = left.NotNull && right.NotNull };
        var aligned = Align(left, right, ordering, span);
        var sql = aligned.Left is null ? Always(kind, aligned.Order, left, right) : $"({aligned.Left} {Word(kind)} {aligned.Right})";
        return Value.Condition(sql) with { NotNull = isIs || (left.NotNull && right.NotNull) };
    }

    private static string Word(BinaryOperator kind) => kind switch
    {
        BinaryOperator.Is => "IS NOT DISTINCT FROM",
        BinaryOperator.IsNot => "IS DISTINCT FROM",
        _ => Symbol(kind)!,
    };

    /// <summary>A comparison whose answer is known but for NULL.</summary>
    private static string Always(BinaryOperator kind, int order, Value left, Value right)
    {
        if (kind is BinaryOperator.Is or BinaryOperator.IsNot)
        {
            var bothNull = left.NotNull || right.NotNull ? "FALSE" : $"({left.Sql} IS NULL AND {right.Sql} IS NULL)";
            return kind == BinaryOperator.Is ? bothNull : $"(NOT {bothNull})";
        }
        var answer = kind switch
        {
            BinaryOperator.Equal => false,
            BinaryOperator.NotEqual => true,
            BinaryOperator.Less or BinaryOperator.LessOrEqual => order < 0,
            _ => order > 0,
        };
        var nullable = new[] { left, right }.Where(v => !v.NotNull).Select(v => v.Sql).ToList();
        if (nullable.Count == 0) return answer ? "TRUE" : "FALSE";
        return answer
            ? $"(({string.Join(" AND ", nullable.Select(s => s + " IS NOT NULL"))}) OR NULL::boolean)"
            : $"(({string.Join(" OR ", nullable.Select(s => s + " IS NULL"))}) AND NULL::boolean)";
    }

    private (Value Left, Value Right) ApplyAffinity(Value left, Value right, bool ordering, SourceSpan span)
    {
        var leftNumeric = IsNumeric(left.Affinity);
        var rightNumeric = IsNumeric(right.Affinity);
        if (leftNumeric && !rightNumeric) return (left, ToNumeric(right, left, ordering, span));
        if (rightNumeric && !leftNumeric) return (ToNumeric(left, right, ordering, span), right);
        if (left.Affinity == Affinity.Text && right.Affinity == Affinity.Blob) return (left, ToText(right, span));
        if (right.Affinity == Affinity.Text && left.Affinity == Affinity.Blob) return (ToText(left, span), right);
        return (left, right);
    }

    private static bool IsNumeric(Affinity affinity) => affinity is Affinity.Integer or Affinity.Numeric or Affinity.Real;

    private Value ToNumeric(Value value, Value other, bool ordering, SourceSpan span)
    {
        if (value.IsConstant) return Value.Of(folding.Apply(Affinity.Numeric, value.Constant)) with { Collation = value.Collation, CollationIsExplicit = value.CollationIsExplicit };
        if (value.Domain != Domain.Text || value.Shape == TextShape.NeverNumeric) return value;
        if (value.Shape == TextShape.Digits) return Value.Integer($"{Decode(value, span).Sql}::bigint");
        // A text that stayed text in a column of numeric affinity looks like no number, so it equals no text that does.
        if (!ordering && other is { Domain: Domain.Text, IsColumn: true }) return value;
        throw new TranslationFault("SQLite turns texts that look like numbers into numbers for this comparison, row by row", span);
    }

    private Value ToText(Value value, SourceSpan span)
    {
        if (value.IsConstant) return Value.Of(folding.Apply(Affinity.Text, value.Constant)) with { Collation = value.Collation, CollationIsExplicit = value.CollationIsExplicit };
        return value.IsNumeric ? TextOf(value, span) : value;
    }

    private Alignment Align(Value left, Value right, bool ordering, SourceSpan span)
    {
        if (left.Domain == Domain.Mixed || right.Domain == Domain.Mixed) throw new TranslationFault("this column mixes storage classes, which SQLite compares one by one", span);
        var (a, b) = (ClassOf(left), ClassOf(right));
        if (a != b) return new Alignment(Left: null, Right: null, a < b ? -1 : 1);
        if (SameEncoding(left, right) && (!ordering || left.Encoding is not { } mapping || Encodings.KeepsOrder(mapping)) && CollationOf(left, right) is null)
            return new Alignment(left.Sql, right.Sql);
        if (left.Encoding is not null && right.IsConstant && AlignConstant(left, right, ordering) is { } first) return first;
        if (right.Encoding is not null && left.IsConstant && AlignConstant(right, left, ordering) is { } second) return new Alignment(second.Right, second.Left);
        return a switch
        {
            0 => new Alignment(NumberFor(left, right, span), NumberFor(right, left, span)),
            1 => AlignTexts(Decode(left, span), Decode(right, span), ordering),
            _ => new Alignment(Decode(left, span).Sql, Decode(right, span).Sql),
        };
    }

    private static int ClassOf(Value value) => value.IsNumeric ? 0 : value.Domain == Domain.Text ? 1 : 2;

    private static bool SameEncoding(Value left, Value right) => left.Domain == Domain.Boolean && right.Domain == Domain.Boolean
        || (left.Encoding is not null && left.Encoding == right.Encoding && left.Type.Name == right.Type.Name);

    private static Alignment? AlignConstant(Value encoded, Value constant, bool ordering)
    {
        if (encoded.Collation is not null || constant.Collation is not null) return null;
        var literal = EncodedLiterals.Encode(constant.Constant!, encoded.Encoding!, encoded.Type);
        if (literal is not null && (!ordering || Encodings.KeepsOrder(encoded.Encoding!))) return new Alignment(encoded.Sql, literal);
        return literal is null && !ordering ? new Alignment(Left: null, Right: null) : null;
    }

    /// <summary>A number as it stands; a constant that is no whole number in the decimal form that a numeric column holds.</summary>
    private string NumberFor(Value value, Value other, SourceSpan span)
    {
        if (value is { IsConstant: true, Constant: double real } && other.Type.Name == TypeName.Numeric && double.IsFinite(real))
            return real < 0 ? $"({PostgresText.Digits(real)})" : PostgresText.Digits(real);
        return Decode(value, span).Sql;
    }

    private static string? CollationOf(Value left, Value right) =>
        left.CollationIsExplicit ? left.Collation : right.CollationIsExplicit ? right.Collation : left.IsColumn ? left.Collation : right.IsColumn ? right.Collation : null;

    private static Alignment AlignTexts(Value left, Value right, bool ordering)
    {
        if (CollationOf(left, right) is { } collation) return new Alignment(FoldText(left, collation), FoldText(right, collation));
        var plain = !ordering && (left.IsConstant || right.IsConstant);
        return new Alignment(plain ? left.Sql : Binary(left.Sql), right.Sql);
    }

    /// <summary>A text in the order and equality of its bytes.</summary>
    private static string Binary(string sql) => $"{sql} COLLATE \"C\"";

    /// <summary>NOCASE folds A-Z only, as lower() does in the C locale; RTRIM forgets spaces at the end.</summary>
    private static string FoldText(Value value, string collation)
    {
        // A constant is folded here: PostgreSQL would do it for a generated column before it knows the collation, and fail.
        if (value.Constant is string text) return PostgresText.Literal(collation == "NOCASE" ? SqliteNames.Fold(text) : text.TrimEnd(' '));
        return collation == "NOCASE" ? $"lower({value.Sql} COLLATE \"C\")" : $"(rtrim({value.Sql}, ' ') COLLATE \"C\")";
    }
}
