using Godwit.Model.Values;

namespace Godwit.Sqlite.Choosing;

/// <summary>Says in a person's words how a mapping's text looks.</summary>
internal static class MappingForms
{
    public static string Describe(ValueMapping mapping) => mapping.Kind switch
    {
        MappingKind.DateText => "YYYY-MM-DD",
        MappingKind.TimeText => Time(mapping.Fraction),
        MappingKind.TimestampText => $"YYYY-MM-DD{(mapping.Separator == 'T' ? 'T' : ' ')}{Time(mapping.Fraction)}{Zone(mapping.Zone)}",
        MappingKind.UuidText => mapping.UuidForm switch
        {
            UuidForm.Hex => "UUID of 32 lower-case digits",
            UuidForm.Dashed => "UUID in lower case",
            _ => "UUID in upper case",
        },
        MappingKind.UuidBlob => "BLOB of 16 bytes",
        MappingKind.BooleanText => $"'{mapping.FalseWord}' or '{mapping.TrueWord}'",
        MappingKind.BooleanInteger => "0 or 1",
        MappingKind.DecimalText => "decimal text without superfluous zeros",
        MappingKind.UnixSeconds => "seconds since 1970",
        MappingKind.UnixMilliseconds => "milliseconds since 1970",
        MappingKind.JulianDay => "a Julian day that is one microsecond",
        MappingKind.Integer => "INTEGER",
        MappingKind.Real => "REAL",
        MappingKind.Blob => "BLOB",
        MappingKind.Number or MappingKind.NumberAsDouble => "a number",
        _ => "TEXT",
    };

    private static string Time(FractionForm fraction) => fraction switch
    {
        FractionForm.None => "HH:MM:SS",
        FractionForm.Minutes => "HH:MM",
        FractionForm.Three => "HH:MM:SS.fff",
        FractionForm.Six => "HH:MM:SS.ffffff",
        FractionForm.Trimmed => "HH:MM:SS[.f to .ffffff]",
        _ => "HH:MM:SS[.ffffff]",
    };

    private static string Zone(ZoneForm zone) => zone switch
    {
        ZoneForm.Z => "Z",
        ZoneForm.PlusZero => "+00:00",
        ZoneForm.PlusZeroShort => "+00",
        _ => "",
    };
}
