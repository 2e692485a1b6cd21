using System.Text;

namespace Godwit.Engine.Transforms;

/// <summary>
/// A value on its way through transforms: NULL, bytes (a column of type bytea), or the text that the database prints for it. Dates, numbers and the
/// rest travel as text: the database reads back what it has printed.
/// </summary>
public readonly struct CellValue : IEquatable<CellValue>
{
    private readonly object? _value;

    private CellValue(object? value) => _value = value;

    public static CellValue Null => default;

    public bool IsNull => _value is null;

    /// <summary>The text; null for NULL and for bytes.</summary>
    public string? Text => _value as string;

    /// <summary>The bytes; null for NULL and for text.</summary>
    public byte[]? Bytes => _value as byte[];

    public static CellValue Of(string? text) => new(text);

    public static CellValue Of(byte[]? bytes) => new(bytes);

    /// <summary>Bytes as they are, text as UTF-8.</summary>
    /// <exception cref="TransformException">The value is NULL, or text with half a character pair.</exception>
    public byte[] ToBytes()
    {
        try
        {
            return _value switch
            {
                byte[] bytes => bytes,
                string text => s_strict.GetBytes(text),
                _ => throw new TransformException("the value is NULL"),
            };
        }
        catch (EncoderFallbackException)
        {
            throw new TransformException("the text holds half a character pair");
        }
    }

    /// <exception cref="TransformException">The value is NULL or bytes.</exception>
    public string ToText() => Text ?? throw new TransformException(IsNull ? "the value is NULL" : "the value is bytes, and the transform takes text");

    public bool Equals(CellValue other) => (_value, other._value) switch
    {
        (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
        var (a, b) => Equals(a, b),
    };

    public override bool Equals(object? obj) => obj is CellValue other && Equals(other);

    public override int GetHashCode() => _value switch
    {
        byte[] bytes => bytes.Length,
        var value => value?.GetHashCode() ?? 0,
    };

    public static bool operator ==(CellValue left, CellValue right) => left.Equals(right);

    public static bool operator !=(CellValue left, CellValue right) => !left.Equals(right);

    /// <summary>What it is, never what it holds: a value must not reach a message by accident.</summary>
    public override string ToString() => _value switch
    {
        byte[] => "bytes",
        string => "text",
        _ => "NULL",
    };

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
