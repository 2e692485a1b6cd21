using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Godwit.Security.Keyring;

/// <summary>
/// Names a key and tells nothing of it but when it was made: a UUID of version 7 (RFC 9562 section 5.7), milliseconds first, then 74 random bits. Ids of
/// different milliseconds compare in the order of making, and two hosts that make a key at once make two.
/// </summary>
public readonly record struct KeyId(UInt128 Value) : IComparable<KeyId>
{
    public const int Length = 16;

    public static KeyId Create(TimeProvider time)
    {
        Span<byte> bytes = stackalloc byte[Length];
        Guid.CreateVersion7(time.GetUtcNow()).TryWriteBytes(bytes, bigEndian: true, out _);
        return Read(bytes);
    }

    public static KeyId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>32 hexadecimal digits in lower case, and nothing else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out KeyId id)
    {
        id = default;
        if (text is not { Length: 2 * Length } || text.Any(c => !char.IsAsciiHexDigitLower(c))) return false;
        id = new KeyId(UInt128.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return true;
    }

    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);

    public int CompareTo(KeyId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    public static bool operator <(KeyId left, KeyId right) => left.CompareTo(right) < 0;

    public static bool operator <=(KeyId left, KeyId right) => left.CompareTo(right) <= 0;

    public static bool operator >(KeyId left, KeyId right) => left.CompareTo(right) > 0;

    public static bool operator >=(KeyId left, KeyId right) => left.CompareTo(right) >= 0;
}
