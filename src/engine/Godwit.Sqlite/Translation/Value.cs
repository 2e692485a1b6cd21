using Godwit.Model.Values;

namespace Godwit.Sqlite.Translation;

/// <summary>What SQLite's value can be at run time, as far as the schema and the profile tell.</summary>
internal enum Domain
{
    /// <summary>The literal NULL.</summary>
    Null,
    Integer,
    Real,

    /// <summary>INTEGER or REAL, which is known only for each value.</summary>
    Number,

    /// <summary>INTEGER 0 or 1 to SQLite, boolean at the target.</summary>
    Boolean,
    Text,
    Blob,

    /// <summary>Several storage classes, kept as text.</summary>
    Mixed,
}

/// <summary>What is known of a text's form, for the rule that numeric affinity turns texts that look like numbers into numbers.</summary>
internal enum TextShape
{
    Unknown,

    /// <summary>Decimal digits only.</summary>
    Digits,

    /// <summary>Cannot look like a number: dates and times.</summary>
    NeverNumeric,
}

/// <summary>
/// A translated expression: PostgreSQL's text (an atom, or in parentheses) and what it stands for in SQLite. With <see cref="Encoding"/> the text is in
/// the type the mapping chose (timestamp, uuid, boolean …) while SQLite's value is of <see cref="Domain"/>.
/// </summary>
internal sealed record Value(string Sql, Domain Domain, TargetType Type)
{
    public ValueMapping? Encoding { get; init; }

    /// <summary>SQLite's affinity of the expression; <see cref="Affinity.Blob"/> is none.</summary>
    public Affinity Affinity { get; init; } = Affinity.Blob;

    /// <summary>NOCASE or RTRIM; null is BINARY.</summary>
    public string? Collation { get; init; }

    /// <summary>The collation stands in the expression (COLLATE), and so goes before a column's.</summary>
    public bool CollationIsExplicit { get; init; }

    public bool IsConstant { get; init; }

    /// <summary>null, long, double, string or byte[] of a constant.</summary>
    public object? Constant { get; init; }

    public TextShape Shape { get; init; }

    /// <summary>Among <see cref="Domain.Number"/>: a column whose affinity makes every whole number an INTEGER.</summary>
    public bool WholeIsInteger { get; init; }

    public bool NotNull { get; init; }

    /// <summary>A column as it stands.</summary>
    public bool IsColumn { get; init; }

    public bool IsNumeric => Domain is Domain.Integer or Domain.Real or Domain.Number or Domain.Boolean;

    /// <summary>SQLite's affinity of a computed expression is none, and it has no collation.</summary>
    public Value WithoutAffinity() => this with { Affinity = Affinity.Blob, IsColumn = false };

    public static Value Of(object? constant) => constant switch
    {
        null => new Value("NULL", Domain.Null, TargetType.Text) { IsConstant = true },
        long integer => new Value(PostgresText.Literal(integer), Domain.Integer, integer is > int.MaxValue or < int.MinValue ? TargetType.Bigint : new TargetType(TypeName.Integer)) { IsConstant = true, Constant = integer, NotNull = true },
        double real => new Value(PostgresText.Literal(real), Domain.Real, TargetType.DoublePrecision) { IsConstant = true, Constant = real, NotNull = true },
        string text => new Value(PostgresText.Literal(text), Domain.Text, TargetType.Text) { IsConstant = true, Constant = text, NotNull = true },
        byte[] bytes => new Value(PostgresText.Literal(bytes), Domain.Blob, TargetType.Bytea) { IsConstant = true, Constant = bytes, NotNull = true },
        _ => throw new ArgumentOutOfRangeException(nameof(constant), constant, message: null),
    };

    public static Value Condition(string sql) => new(sql, Domain.Boolean, TargetType.Boolean);

    public static Value Integer(string sql) => new(sql, Domain.Integer, TargetType.Bigint);

    /// <summary>An integer of PostgreSQL's four bytes, as length() gives it.</summary>
    public static Value SmallInteger(string sql) => new(sql, Domain.Integer, new TargetType(TypeName.Integer));

    public static Value Real(string sql) => new(sql, Domain.Real, TargetType.DoublePrecision);

    public static Value Text(string sql, TextShape shape = TextShape.Unknown) => new(sql, Domain.Text, TargetType.Text) { Shape = shape };

    public static Value Blob(string sql) => new(sql, Domain.Blob, TargetType.Bytea);

    public static Value Column(TypedColumn column, string sql)
    {
        var kind = column.Mapping.Kind;
        var dynamic = column.Affinity == Affinity.Real ? Domain.Real : Domain.Number;
        var domain = kind switch
        {
            MappingKind.Integer or MappingKind.UnixSeconds or MappingKind.UnixMilliseconds => Domain.Integer,
            MappingKind.Real or MappingKind.JulianDay => Domain.Real,
            MappingKind.Number or MappingKind.NumberAsDouble => dynamic,
            MappingKind.BooleanInteger => Domain.Boolean,
            MappingKind.Blob or MappingKind.UuidBlob => Domain.Blob,
            MappingKind.AnyText => Domain.Mixed,
            _ => Domain.Text,
        };
        // json has no equality; SQLite's text is what expressions mean.
        var isJson = column.Type.Name == TypeName.Json;
        return new Value(isJson ? $"{sql}::text" : sql, domain, isJson ? TargetType.Text : column.Type)
        {
            Encoding = Encodings.IsEncoded(column) ? column.Mapping : null,
            Affinity = column.Affinity,
            Collation = column.Collation is null || column.Collation.Equals("BINARY", StringComparison.OrdinalIgnoreCase) ? null : column.Collation.ToUpperInvariant(),
            Shape = Encodings.ShapeOf(column.Mapping),
            WholeIsInteger = domain == Domain.Number && column.Affinity is Affinity.Numeric or Affinity.Integer,
            NotNull = column.NotNull,
            IsColumn = true,
        };
    }
}
