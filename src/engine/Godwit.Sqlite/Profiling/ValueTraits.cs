namespace Godwit.Sqlite.Profiling;

/// <summary>What <see cref="ValueGroup.Traits"/> says of an INTEGER. <see cref="InDeclaredDigits"/> is shared with REAL.</summary>
public static class IntegerTraits
{
    /// <summary>0 or 1.</summary>
    public const ulong Boolean = 1 << 0;
    public const ulong Int16 = 1 << 1;
    public const ulong Int32 = 1 << 2;

    /// <summary>Within ±2^53, where double precision holds every integer.</summary>
    public const ulong ExactAsDouble = 1 << 3;

    /// <summary>As seconds since 1970 a moment of the years 0001-9999.</summary>
    public const ulong UnixSeconds = 1 << 4;

    /// <summary>As milliseconds since 1970 a moment of the years 0001-9999.</summary>
    public const ulong UnixMilliseconds = 1 << 5;

    /// <summary>Probably seconds: 1973 to 5138, and above every YYYYMMDD.</summary>
    public const ulong LikelySeconds = 1 << 6;

    /// <summary>Probably milliseconds: from 1973.</summary>
    public const ulong LikelyMilliseconds = 1 << 7;

    /// <summary>Fits the column's <c>numeric(p,s)</c> exactly. Set only where the column asks for it.</summary>
    public const ulong InDeclaredDigits = 1 << 8;
}

/// <summary>What <see cref="ValueGroup.Traits"/> says of a REAL.</summary>
public static class RealTraits
{
    /// <summary>A whole number strictly between -2^63 and 2^63: a numeric affinity would have made an INTEGER of it.</summary>
    public const ulong Integral = 1 << 0;
    public const ulong NegativeZero = 1 << 1;
    public const ulong Infinite = 1 << 2;

    /// <summary>Fits <see cref="Godwit.Model.Values.MappingKind.JulianDay"/>. Set only where the column is tracked.</summary>
    public const ulong JulianDay = 1 << 3;

    public const ulong InDeclaredDigits = IntegerTraits.InDeclaredDigits;
}

/// <summary>What <see cref="ValueGroup.Traits"/> says of a TEXT besides its <see cref="TextShapes"/>.</summary>
public static class TextTraits
{
    /// <summary>Longer, in characters, than the column's declared length.</summary>
    public const ulong TooLong = 1UL << 56;

    /// <summary>JSON by RFC 8259. Set only where the column asks for it.</summary>
    public const ulong Json = 1UL << 57;

    /// <summary>A numeric affinity would make a number of it. Set only in columns of such an affinity.</summary>
    public const ulong LooksNumeric = 1UL << 58;

    /// <summary>Without shape, or not looked at: once no shape is common to all values, a column that does not ask for more stops looking.</summary>
    public const ulong Untested = 1UL << 59;
    public const ulong Empty = 1UL << 60;
    public const ulong Nul = 1UL << 61;
    public const ulong Invalid = 1UL << 62;

    /// <summary>Larger than a field of PostgreSQL; for BLOB too.</summary>
    public const ulong TooLarge = 1UL << 63;

    /// <summary>No mapping moves it.</summary>
    public const ulong Unmovable = Nul | Invalid | TooLarge;
}

/// <summary>What <see cref="ValueGroup.Traits"/> says of a BLOB besides <see cref="TextTraits.TooLarge"/>.</summary>
public static class BlobTraits
{
    public const ulong SixteenBytes = 1 << 0;
}
