using System.Globalization;
using System.Text;

namespace Godwit.Redis.Commands;

/// <summary>One argument of a command: bytes, a text (as UTF-8), or a whole number (as its digits). Never part of a message.</summary>
public readonly struct RedisArgument
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string? _text;

    private RedisArgument(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    private RedisArgument(string text) => _text = text;

    public static implicit operator RedisArgument(string text) => new(text);

    public static implicit operator RedisArgument(byte[] bytes) => new(bytes);

    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(bytes);

    public static implicit operator RedisArgument(long number) => new(number.ToString(CultureInfo.InvariantCulture));

    internal int Length => _text is null ? _bytes.Length : Encoding.UTF8.GetByteCount(_text);

    internal void Write(Span<byte> output)
    {
        if (_text is null)
            _bytes.Span.CopyTo(output);
        else
            Encoding.UTF8.GetBytes(_text, output);
    }

    public override string ToString() => $"{Length} bytes";
}
