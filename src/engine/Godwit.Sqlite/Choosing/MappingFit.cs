using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Choosing;

/// <summary>Whether a mapping holds for a group of values, by its documentation in <see cref="MappingKind"/>.</summary>
public static class MappingFit
{
    public static bool Fits(TargetType type, ValueMapping mapping, ColumnToChoose column, ValueGroup group)
    {
        if (group.Storage == StorageClass.Null) return true;
        if (group.Storage == StorageClass.Text && group.Has(TextTraits.Empty) && mapping.EmptyIsNull) return true;
        if (group.Storage is StorageClass.Text or StorageClass.Blob && group.Has(TextTraits.Unmovable)) return false;
        return group.Storage switch
        {
            StorageClass.Integer => FitsInteger(type, mapping, column, group),
            StorageClass.Real => FitsReal(type, mapping, column, group),
            StorageClass.Text => FitsText(type, mapping, column, group),
            _ => mapping.Kind == MappingKind.Blob || mapping.Kind == MappingKind.UuidBlob && group.Has(BlobTraits.SixteenBytes),
        };
    }

    /// <summary>Storage classes of which the mapping takes at least some values.</summary>
    public static bool Takes(MappingKind kind, StorageClass storage) => kind switch
    {
        MappingKind.Integer or MappingKind.BooleanInteger or MappingKind.UnixSeconds or MappingKind.UnixMilliseconds => storage == StorageClass.Integer,
        MappingKind.Real or MappingKind.JulianDay => storage == StorageClass.Real,
        MappingKind.Number or MappingKind.NumberAsDouble => storage is StorageClass.Integer or StorageClass.Real,
        MappingKind.Blob or MappingKind.UuidBlob => storage == StorageClass.Blob,
        MappingKind.AnyText => storage != StorageClass.Blob,
        _ => storage == StorageClass.Text,
    };

    private static bool FitsInteger(TargetType type, ValueMapping mapping, ColumnToChoose column, ValueGroup group) => mapping.Kind switch
    {
        MappingKind.Integer => type.Name switch
        {
            TypeName.Integer => group.Has(IntegerTraits.Int32),
            TypeName.Smallint => group.Has(IntegerTraits.Int16),
            _ => true,
        },
        // Only such an affinity makes an integer of an integral number again.
        MappingKind.Number => MakesIntegers(column.Affinity) && FitsDigits(type, column, group),
        MappingKind.NumberAsDouble => MakesIntegers(column.Affinity) && group.Has(IntegerTraits.ExactAsDouble),
        MappingKind.BooleanInteger => group.Has(IntegerTraits.Boolean),
        MappingKind.UnixSeconds => group.Has(IntegerTraits.UnixSeconds),
        MappingKind.UnixMilliseconds => group.Has(IntegerTraits.UnixMilliseconds) && type.HoldsFraction(FractionForm.Three),
        MappingKind.AnyText => MakesIntegers(column.Affinity) && HasLength(type, characters: 20),
        _ => false,
    };

    private static bool FitsReal(TargetType type, ValueMapping mapping, ColumnToChoose column, ValueGroup group) => mapping.Kind switch
    {
        MappingKind.Real => true,
        MappingKind.Number => !group.Has(RealTraits.NegativeZero) && !BecomesInteger(column.Affinity, group) && FitsDigits(type, column, group),
        MappingKind.NumberAsDouble => !BecomesInteger(column.Affinity, group),
        MappingKind.JulianDay => group.Has(RealTraits.JulianDay) && type.Precision is null or 6,
        // An infinity's text reads back as text, that of -0.0 as 0.0, and only a numeric affinity makes a number of a text at all.
        MappingKind.AnyText => column.Affinity is not (Affinity.Text or Affinity.Blob) && !group.Has(RealTraits.Infinite | RealTraits.NegativeZero) && !BecomesInteger(column.Affinity, group) && HasLength(type, characters: 32),
        _ => false,
    };

    private static bool FitsText(TargetType type, ValueMapping mapping, ColumnToChoose column, ValueGroup group) => mapping.Kind switch
    {
        MappingKind.Text => type.Name == TypeName.Json ? group.Has(TextTraits.Json) : FitsLength(type, column, group),
        MappingKind.AnyText => (column.Affinity is Affinity.Text or Affinity.Blob || !group.Has(TextTraits.LooksNumeric)) && FitsLength(type, column, group),
        MappingKind.DecimalText => type.Precision is null && group.Has(TextShapes.Decimal),
        MappingKind.BooleanText => BooleanWords.Pairs.IndexOf((mapping.FalseWord!, mapping.TrueWord!)) is var pair and >= 0 && group.Has(TextShapes.Words(pair)),
        MappingKind.DateText => group.Has(TextShapes.Date),
        MappingKind.TimeText => type.HoldsFraction(mapping.Fraction) && group.Has(TextShapes.Time(mapping.Fraction)),
        MappingKind.TimestampText => type.HoldsFraction(mapping.Fraction) && HasAll(group, TextShapes.Timestamp(mapping.Separator, mapping.Fraction, mapping.Zone)),
        MappingKind.UuidText => group.Has(TextShapes.Uuid(mapping.UuidForm)),
        _ => false,
    };

    private static bool MakesIntegers(Affinity affinity) => affinity is Affinity.Numeric or Affinity.Integer;

    private static bool BecomesInteger(Affinity affinity, ValueGroup group) => MakesIntegers(affinity) && group.Has(RealTraits.Integral);

    private static bool HasAll(ValueGroup group, ulong traits) => (group.Traits & traits) == traits;

    private static bool HasLength(TargetType type, int characters) => type.Length is null || type.Length >= characters;

    /// <summary>The profile looked at one length only; against any other nothing is known.</summary>
    private static bool FitsLength(TargetType type, ColumnToChoose column, ValueGroup group) =>
        type.Length is null || type.Length == column.Profile.Column.Length && !group.Has(TextTraits.TooLong);

    /// <summary>The profile looked at one pair of digits only; against any other nothing is known.</summary>
    private static bool FitsDigits(TargetType type, ColumnToChoose column, ValueGroup group) =>
        type.Precision is null
        || type.Precision == column.Profile.Column.Precision && (type.Scale ?? 0) == column.Profile.Column.Scale && group.Has(IntegerTraits.InDeclaredDigits);
}
