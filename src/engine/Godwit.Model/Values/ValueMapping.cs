using System.Text.Json.Serialization;

namespace Godwit.Model.Values;

/// <summary>
/// How one column's values go over. Every kind has an inverse that gives back the storage class and the bytes;
/// NULL goes to NULL in all of them. A value that a kind does not list is a misfit: it is a finding, or its row goes to quarantine.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<MappingKind>))]
public enum MappingKind
{
    /// <summary>INTEGER to bigint, integer or smallint; the range is checked.</summary>
    Integer,

    /// <summary>REAL to double precision, bit for bit, infinities and -0.0 included.</summary>
    Real,

    /// <summary>TEXT (valid UTF-8, no NUL byte) to text, varchar or json, byte for byte.</summary>
    Text,

    /// <summary>BLOB to bytea, byte for byte.</summary>
    Blob,

    /// <summary>
    /// INTEGER and REAL to numeric through the shortest text that round-trips; infinities to numeric's. Inverse: an integral value in the
    /// range of 64 bits is INTEGER where the column's affinity is NUMERIC or INTEGER, else REAL; anything else is REAL.
    /// </summary>
    Number,

    /// <summary>INTEGER and REAL to double precision. Inverse as <see cref="Number"/>; INTEGER only within ±2^53.</summary>
    NumberAsDouble,

    /// <summary>TEXT that is a decimal as EF Core writes it (<c>-?digits.digits</c>, no leading zero but one before the point, at least one digit and no trailing zero after it but a lone one) to numeric.</summary>
    DecimalText,

    /// <summary>INTEGER 0 and 1 to boolean.</summary>
    BooleanInteger,

    /// <summary>TEXT of two words, <see cref="ValueMapping.FalseWord"/> and <see cref="ValueMapping.TrueWord"/>, to boolean.</summary>
    BooleanText,

    /// <summary>TEXT <c>YYYY-MM-DD</c>, a real day of the years 0001-9999, to date.</summary>
    DateText,

    /// <summary>TEXT <c>HH:MM:SS</c> with a fraction by <see cref="ValueMapping.Fraction"/> to time.</summary>
    TimeText,

    /// <summary>TEXT by <see cref="ValueMapping.Separator"/>, <see cref="ValueMapping.Fraction"/> and <see cref="ValueMapping.Zone"/> to timestamp (no zone) or timestamptz (a zone of zero).</summary>
    TimestampText,

    /// <summary>INTEGER seconds since 1970-01-01 UTC to timestamp or timestamptz; years 0001-9999.</summary>
    UnixSeconds,

    /// <summary>INTEGER milliseconds since 1970-01-01 UTC to timestamp or timestamptz; years 0001-9999.</summary>
    UnixMilliseconds,

    /// <summary>
    /// REAL Julian day to timestamp: the nearest microsecond m, counted from 2000-01-01, when the double nearest to
    /// m / 86,400,000,000 + 2,451,544.5 is the value bit for bit.
    /// </summary>
    JulianDay,

    /// <summary>TEXT of a UUID by <see cref="ValueMapping.UuidForm"/> to uuid.</summary>
    UuidText,

    /// <summary>BLOB of 16 bytes to uuid, in the bytes' order.</summary>
    UuidBlob,

    /// <summary>
    /// INTEGER, REAL and TEXT to text: an integer by its decimal digits, a real as SQLite would print it so that it reads back, text as it is.
    /// Inverse: the column's affinity is applied to the text. Fits a value only when that gives back its storage class and bytes.
    /// </summary>
    AnyText,

    /// <summary>Any value of PostgreSQL's to the same type, by its image in binary COPY. Inverse: the same.</summary>
    Verbatim,
}

/// <summary>Digits after the second in a text.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FractionForm>))]
public enum FractionForm
{
    /// <summary><c>HH:MM:SS</c>.</summary>
    None,

    /// <summary><c>HH:MM</c>: no seconds at all.</summary>
    Minutes,

    /// <summary>Always three digits.</summary>
    Three,

    /// <summary>Always six digits.</summary>
    Six,

    /// <summary>One to six digits without trailing zeros, and no point when the fraction is zero (EF Core).</summary>
    Trimmed,

    /// <summary>Six digits, and no point when the fraction is zero (Python's isoformat).</summary>
    OptionalSix,
}

[JsonConverter(typeof(JsonStringEnumConverter<ZoneForm>))]
public enum ZoneForm
{
    None,

    /// <summary><c>Z</c>.</summary>
    Z,

    /// <summary><c>+00:00</c>.</summary>
    PlusZero,

    /// <summary><c>+00</c>.</summary>
    PlusZeroShort,
}

[JsonConverter(typeof(JsonStringEnumConverter<UuidForm>))]
public enum UuidForm
{
    /// <summary>32 lower-case hexadecimal digits (Django).</summary>
    Hex,

    /// <summary>8-4-4-4-12, lower case.</summary>
    Dashed,

    /// <summary>8-4-4-4-12, upper case (EF Core).</summary>
    DashedUpper,
}

/// <summary>A <see cref="MappingKind"/> with its parameters. A value of a column goes through exactly one mapping.</summary>
public sealed record ValueMapping(MappingKind Kind)
{
    /// <summary>Between date and time: a space or <c>T</c>.</summary>
    public char Separator { get; init; } = ' ';

    public FractionForm Fraction { get; init; }

    public ZoneForm Zone { get; init; }

    public UuidForm UuidForm { get; init; }

    public string? FalseWord { get; init; }

    public string? TrueWord { get; init; }

    /// <summary>The user's decision (<c>empty: null</c>) that empty text becomes NULL. Not invertible, so it is only ever the user's.</summary>
    public bool EmptyIsNull { get; init; }
}
