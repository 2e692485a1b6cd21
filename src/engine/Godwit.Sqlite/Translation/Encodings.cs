using Godwit.Model.Values;

namespace Godwit.Sqlite.Translation;

/// <summary>Mappings whose target type is not the storage class's own: how SQLite's value is told again, and whether order is kept.</summary>
internal static class Encodings
{
    public static bool IsEncoded(TypedColumn column) => column.Mapping.Kind switch
    {
        MappingKind.Integer or MappingKind.Real or MappingKind.Blob or MappingKind.Number or MappingKind.NumberAsDouble or MappingKind.AnyText or MappingKind.Text => false,
        _ => true,
    };

    public static TextShape ShapeOf(ValueMapping mapping) => mapping.Kind switch
    {
        MappingKind.DateText or MappingKind.TimeText or MappingKind.TimestampText => TextShape.NeverNumeric,
        MappingKind.UuidText when mapping.UuidForm != UuidForm.Hex => TextShape.NeverNumeric,
        _ => TextShape.Unknown,
    };

    public static bool IsTemporal(ValueMapping? mapping) => mapping?.Kind is MappingKind.DateText or MappingKind.TimeText or MappingKind.TimestampText;

    /// <summary>Whether the target's order is the order of SQLite's values.</summary>
    public static bool KeepsOrder(ValueMapping mapping) => mapping.Kind switch
    {
        MappingKind.DateText or MappingKind.UnixSeconds or MappingKind.UnixMilliseconds or MappingKind.JulianDay or MappingKind.UuidText or MappingKind.UuidBlob or MappingKind.BooleanInteger => true,
        // A 'Z' sorts after '.' and digits, so that a shorter fraction comes later as text and earlier as time.
        MappingKind.TimeText or MappingKind.TimestampText => mapping.Zone != ZoneForm.Z || mapping.Fraction is not (FractionForm.Trimmed or FractionForm.OptionalSix),
        MappingKind.BooleanText => string.CompareOrdinal(mapping.FalseWord, mapping.TrueWord) < 0,
        _ => false,
    };

    /// <summary>SQLite's value again, as an expression, or null where there is no exact one.</summary>
    public static Value? Decode(Value value)
    {
        if (value.Domain == Domain.Boolean) return value with { Sql = $"{value.Sql}::integer", Domain = Domain.Integer, Type = new TargetType(TypeName.Integer), Encoding = null };
        if (value.Encoding is not { } mapping) return value;
        // extract of a timestamptz is not immutable to PostgreSQL, of a timestamp it is.
        var x = mapping.Kind is MappingKind.UnixSeconds or MappingKind.UnixMilliseconds ? Local(value) : value.Sql;
        var sql = mapping.Kind switch
        {
            MappingKind.DateText => $"to_char({x}, 'YYYY-MM-DD')",
            MappingKind.TimeText => TimeOf(x, value.Type, mapping),
            MappingKind.TimestampText => TimestampOf(Local(value), mapping),
            MappingKind.UuidText => UuidOf(x, mapping.UuidForm),
            MappingKind.UuidBlob => $"decode(replace({x}::text, '-', ''), 'hex')",
            MappingKind.BooleanText => $"(CASE {x} WHEN TRUE THEN {PostgresText.Literal(mapping.TrueWord ?? "")} WHEN FALSE THEN {PostgresText.Literal(mapping.FalseWord ?? "")} END)",
            MappingKind.DecimalText => $"(CASE WHEN scale(trim_scale({x})) = 0 THEN trim_scale({x})::text || '.0' ELSE trim_scale({x})::text END)",
            MappingKind.UnixSeconds => $"extract(epoch FROM {x})::bigint",
            MappingKind.UnixMilliseconds => $"(extract(epoch FROM {x}) * 1000)::bigint",
            _ => null,
        };
        if (sql is null) return null;
        var type = value.Domain switch
        {
            Domain.Text => TargetType.Text,
            Domain.Blob => TargetType.Bytea,
            _ => TargetType.Bigint,
        };
        return value with { Sql = sql, Type = type, Encoding = null, IsColumn = false };
    }

    /// <summary>to_char is not immutable to PostgreSQL; an index cannot hold it.</summary>
    public static bool DecodesByImmutable(ValueMapping mapping) => !IsTemporal(mapping);

    private static string Local(Value value) => value.Type.Name == TypeName.Timestamptz ? $"({value.Sql} AT TIME ZONE 'UTC')" : value.Sql;

    private static string TimestampOf(string x, ValueMapping mapping)
    {
        var separator = mapping.Separator == 'T' ? "\"T\"" : " ";
        return WithFraction(x, $"YYYY-MM-DD{separator}HH24:MI", mapping);
    }

    private static string TimeOf(string x, TargetType type, ValueMapping mapping) =>
        WithFraction(type.Name == TypeName.Time ? $"{x}::interval" : x, "HH24:MI", mapping);

    private static string WithFraction(string x, string minutes, ValueMapping mapping)
    {
        var sql = mapping.Fraction switch
        {
            FractionForm.Minutes => $"to_char({x}, '{minutes}')",
            FractionForm.None => $"to_char({x}, '{minutes}:SS')",
            FractionForm.Three => $"to_char({x}, '{minutes}:SS.MS')",
            FractionForm.Six => $"to_char({x}, '{minutes}:SS.US')",
            FractionForm.Trimmed => $"rtrim(rtrim(to_char({x}, '{minutes}:SS.US'), '0'), '.')",
            _ => $"replace(to_char({x}, '{minutes}:SS.US'), '.000000', '')",
        };
        var zone = mapping.Zone switch
        {
            ZoneForm.Z => "Z",
            ZoneForm.PlusZero => "+00:00",
            ZoneForm.PlusZeroShort => "+00",
            _ => null,
        };
        return zone is null ? sql : $"({sql} || '{zone}')";
    }

    private static string UuidOf(string x, UuidForm form) => form switch
    {
        UuidForm.Hex => $"replace({x}::text, '-', '')",
        UuidForm.Dashed => $"{x}::text",
        _ => $"upper({x}::text)",
    };
}
