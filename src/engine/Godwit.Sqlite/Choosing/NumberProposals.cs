using Godwit.Model.Values;

namespace Godwit.Sqlite.Choosing;

internal static class NumberProposals
{
    private static readonly Proposal[] None = [];

    /// <summary>bigint whatever the declaration's width: SQLite enforces none (https://sqlite.org/datatype3.html).</summary>
    public static IEnumerable<Proposal> OfInteger(ColumnToChoose column, string declared, Evidence evidence)
    {
        var onlyBooleans = !evidence.IsEmpty && column.Declaration.Words is "TINYINT" && column.Declaration.First == 1
            ? "; tinyint(1) often means a boolean, which --map can make of it"
            : "";
        yield return new Proposal(TargetType.Bigint, new ValueMapping(MappingKind.Integer), declared + onlyBooleans);
        // FLOATING POINT holds "INT": its affinity is INTEGER, its meaning is not.
        var words = column.Declaration.Words;
        if (words.Contains("FLOA", StringComparison.Ordinal) || words.Contains("DOUB", StringComparison.Ordinal) || words.Contains("REAL", StringComparison.Ordinal))
            yield return new Proposal(TargetType.DoublePrecision, new ValueMapping(MappingKind.NumberAsDouble), $"{declared}, integers and reals are stored");
        yield return Number(declared + (evidence.Has(StorageClass.Integer) ? ", but integers and reals are stored" : ", but reals are stored"));
    }

    public static IEnumerable<Proposal> OfNumeric(ColumnToChoose column, string declared)
    {
        if (column.Declaration.Digits is { } digits)
        {
            var type = TargetType.Numeric with { Precision = digits.Precision, Scale = digits.Scale };
            yield return new Proposal(type, new ValueMapping(MappingKind.Number), $"{declared}, and every value fits it exactly");
            yield return Number($"{declared}, but not every value fits that exactly");
        }
        else
        {
            yield return Number(declared);
        }
    }

    public static IEnumerable<Proposal> OfUnknownWord(string declared, Evidence evidence)
    {
        if (evidence.IsEmpty) return [new Proposal(TargetType.Text, new ValueMapping(MappingKind.Text), $"{declared}, which is no type that is known here")];
        var but = $"{declared}, which SQLite takes for NUMERIC";
        return
        [
            .. evidence.Has(StorageClass.Integer) && !evidence.Has(StorageClass.Real) ? [new Proposal(TargetType.Bigint, new ValueMapping(MappingKind.Integer), $"{but}; integers are stored")] : None,
            .. evidence.Has(StorageClass.Real) ? [Number($"{but}; numbers are stored")] : None,
        ];
    }

    private static Proposal Number(string reason) => new(TargetType.Numeric, new ValueMapping(MappingKind.Number), reason);
}
