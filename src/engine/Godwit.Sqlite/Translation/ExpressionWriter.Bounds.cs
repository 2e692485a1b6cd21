using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>
/// Order between a column of dates and a constant text of another shape. SQLite compares texts: '1997-01-01' &lt; '1997-01-01 00:00:00'. Since
/// a column's texts all have one shape, the same rows are found by a comparison of times with the right operator.
/// </summary>
internal sealed partial class ExpressionWriter
{
    private static string? CompareWithBound(BinaryOperator kind, Value left, Value right)
    {
        if (Encodings.IsTemporal(left.Encoding) && right is { IsConstant: true, Constant: string later, Collation: null }) return BoundOf(kind, left, later);
        if (Encodings.IsTemporal(right.Encoding) && left is { IsConstant: true, Constant: string earlier, Collation: null }) return BoundOf(Flip(kind), right, earlier);
        return null;
    }

    private static BinaryOperator Flip(BinaryOperator kind) => kind switch
    {
        BinaryOperator.Less => BinaryOperator.Greater,
        BinaryOperator.LessOrEqual => BinaryOperator.GreaterOrEqual,
        BinaryOperator.Greater => BinaryOperator.Less,
        _ => BinaryOperator.LessOrEqual,
    };

    private static string? BoundOf(BinaryOperator kind, Value column, string text)
    {
        var mapping = column.Encoding!;
        if (column.Collation is not null) return null;
        var below = kind is BinaryOperator.Less or BinaryOperator.LessOrEqual;
        var zero = ZeroOf(mapping);
        // Every text of the column is longer than this one and sorts after it when it begins with it.
        if (text.Length < zero.Length && EndsBetweenFields(text.Length, mapping) && LeastWith(text, zero, column) is { } least)
            return $"({column.Sql} {(below ? "<" : ">=")} {least})";
        // This text is longer: the column's text that it begins with sorts before it.
        var isFixed = mapping.Kind == MappingKind.DateText || mapping.Fraction is not (FractionForm.Trimmed or FractionForm.OptionalSix);
        if (isFixed && text.Length > zero.Length && EncodedLiterals.Encode(text[..zero.Length], mapping, column.Type) is { } whole)
            return $"({column.Sql} {(below ? "<=" : ">")} {whole})";
        return null;
    }

    /// <summary>The first moment of year 1 in the mapping's shape, or, where the fraction varies, in its shortest shape.</summary>
    private static string ZeroOf(ValueMapping mapping)
    {
        if (mapping.Kind == MappingKind.DateText) return "0001-01-01";
        var clock = mapping.Fraction switch
        {
            FractionForm.Minutes => "00:00",
            FractionForm.Three => "00:00:00.000",
            FractionForm.Six => "00:00:00.000000",
            _ => "00:00:00",
        };
        var zone = mapping.Zone switch
        {
            ZoneForm.Z => "Z",
            ZoneForm.PlusZero => "+00:00",
            ZoneForm.PlusZeroShort => "+00",
            _ => "",
        };
        return (mapping.Kind == MappingKind.TimeText ? "" : $"0001-01-01{mapping.Separator}") + clock + zone;
    }

    private static bool EndsBetweenFields(int length, ValueMapping mapping) => mapping.Kind == MappingKind.TimeText
        ? length is 2 or 3 or 5 or 6 or >= 8
        : length is 4 or 5 or 7 or 8 or 10 or 11 or 13 or 14 or 16 or 17 or >= 19;

    private static string? LeastWith(string prefix, string zero, Value column) =>
        EncodedLiterals.Encode(prefix + zero[prefix.Length..], column.Encoding!, column.Type);
}
