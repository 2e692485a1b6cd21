using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary><c>strftime(format, 'now')</c> where the format writes the very form in which the column keeps its dates: the moment itself, not its text.</summary>
internal static class StrftimeDefaults
{
    private const string Now = "(now() AT TIME ZONE 'UTC')";
    private const string Day = "%Y-%m-%d";

    /// <summary>The default's SQL, or null when the expression is another or writes another form.</summary>
    public static string? Translate(Expression expression, TypedColumn column)
    {
        if (expression is not FunctionCall { Arguments: [StringLiteral format, StringLiteral start] } call
            || !call.Function.Matches("strftime") || !SqliteNames.Same(start.Value, "now")) return null;
        return column.Mapping.Kind switch
        {
            MappingKind.DateText when format.Value == Day => $"{Now}::date",
            MappingKind.TimeText when Unit(format.Value, column.Mapping.Fraction) is { } unit => $"date_trunc('{unit}', {Now})::time",
            MappingKind.TimestampText => Timestamp(format.Value, column),
            _ => null,
        };
    }

    private static string? Timestamp(string format, TypedColumn column)
    {
        var beginning = Day + column.Mapping.Separator;
        var zone = column.Mapping.Zone switch
        {
            ZoneForm.Z => "Z",
            ZoneForm.PlusZero => "+00:00",
            ZoneForm.PlusZeroShort => "+00",
            _ => "",
        };
        if (format.Length < beginning.Length + zone.Length || !format.StartsWith(beginning, StringComparison.Ordinal) || !format.EndsWith(zone, StringComparison.Ordinal)) return null;
        if (Unit(format[beginning.Length..^zone.Length], column.Mapping.Fraction) is not { } unit) return null;
        var moment = $"date_trunc('{unit}', {Now})";
        return column.Type.Name == TypeName.Timestamptz ? $"({moment} AT TIME ZONE 'UTC')" : moment;
    }

    /// <summary>How far the clock's part of the format goes; null when it is not the column's fraction. %f is seconds with three digits.</summary>
    private static string? Unit(string format, FractionForm fraction) => (format, fraction) switch
    {
        ("%H:%M", FractionForm.Minutes) => "minute",
        ("%H:%M:%S", FractionForm.None or FractionForm.Trimmed or FractionForm.OptionalSix) => "second",
        ("%H:%M:%f", FractionForm.Three) => "milliseconds",
        _ => null,
    };
}
