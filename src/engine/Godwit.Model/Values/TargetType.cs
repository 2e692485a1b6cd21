using System.Text.Json.Serialization;

namespace Godwit.Model.Values;

/// <summary>The PostgreSQL types a column can become.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TypeName>))]
public enum TypeName
{
    Bigint,
    Integer,
    Smallint,
    DoublePrecision,
    Numeric,
    Boolean,
    Text,
    Varchar,
    Bytea,
    Uuid,
    Date,
    Time,
    Timestamp,
    Timestamptz,
    Json,

    /// <summary>Any other, by <see cref="TargetType.Verbatim"/>.</summary>
    Verbatim,
}

/// <summary>A PostgreSQL type with its modifiers. Length in characters (varchar); precision 1-1000 and scale in digits (numeric); precision 0-6 in digits of the second's fraction (time, timestamp, timestamptz).</summary>
public sealed record TargetType(TypeName Name, int? Length = null, int? Precision = null, int? Scale = null)
{
    public static readonly TargetType Bigint = new(TypeName.Bigint);
    public static readonly TargetType DoublePrecision = new(TypeName.DoublePrecision);
    public static readonly TargetType Numeric = new(TypeName.Numeric);
    public static readonly TargetType Boolean = new(TypeName.Boolean);
    public static readonly TargetType Text = new(TypeName.Text);
    public static readonly TargetType Bytea = new(TypeName.Bytea);
    public static readonly TargetType Uuid = new(TypeName.Uuid);
    public static readonly TargetType Date = new(TypeName.Date);
    public static readonly TargetType Time = new(TypeName.Time);
    public static readonly TargetType Timestamp = new(TypeName.Timestamp);
    public static readonly TargetType Timestamptz = new(TypeName.Timestamptz);

    /// <summary>The text of a type that has no name here: one of a source that is PostgreSQL too.</summary>
    public string? Verbatim { get; init; }

    /// <summary>Whether the type is text to PostgreSQL, and so has a collation.</summary>
    [JsonIgnore]
    public bool IsText => Name is TypeName.Text or TypeName.Varchar;

    /// <summary>Whether a time or timestamp keeps all digits of the second that a text's form can have.</summary>
    public bool HoldsFraction(FractionForm fraction) => Precision is not { } precision || fraction switch
    {
        FractionForm.None or FractionForm.Minutes => true,
        FractionForm.Three => precision >= 3,
        _ => precision >= 6,
    };

    /// <summary>The type as <c>format_type</c> prints it, e.g. <c>timestamp(3) without time zone</c>.</summary>
    [JsonIgnore]
    public string Sql => Name switch
    {
        TypeName.Bigint => "bigint",
        TypeName.Integer => "integer",
        TypeName.Smallint => "smallint",
        TypeName.DoublePrecision => "double precision",
        TypeName.Numeric => Precision is { } p ? $"numeric({p},{Scale ?? 0})" : "numeric",
        TypeName.Boolean => "boolean",
        TypeName.Text => "text",
        TypeName.Varchar => Length is { } n ? $"character varying({n})" : "character varying",
        TypeName.Bytea => "bytea",
        TypeName.Uuid => "uuid",
        TypeName.Date => "date",
        TypeName.Time => $"time{Fraction} without time zone",
        TypeName.Timestamp => $"timestamp{Fraction} without time zone",
        TypeName.Timestamptz => $"timestamp{Fraction} with time zone",
        TypeName.Json => "json",
        TypeName.Verbatim => Verbatim ?? throw new InvalidOperationException("a type without a name has no text"),
        _ => throw new ArgumentOutOfRangeException(nameof(Name), Name, message: null),
    };

    private string Fraction => Precision is { } p ? $"({p})" : "";

    public override string ToString() => Sql;
}
