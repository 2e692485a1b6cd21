using System.Globalization;
using System.Text;

namespace Godwit.Redis.Commands;

/// <summary>One argument of a command: bytes, a text (as UTF-8), or a whole number (as its digits). Never part of a message.</summary>
public readonly struct RedisArgument
{
    /// <summary>Half a character is no text: as a replacement character, two keys would become one.</summary>
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string? _text;

    private RedisArgument(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    private RedisArgument(string text) => _text = text;

    public static implicit operator RedisArgument(string text) => new(text);

    public static implicit operator RedisArgument(byte[] bytes) => new(bytes);

    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(bytes);

    public static implicit operator RedisArgument(long number) => new(number.ToString(CultureInfo.InvariantCulture));

    internal int Length => _text is null ? _bytes.Length : s_strict.GetByteCount(_text);

    internal void Write(Span<byte> output)
    {
        if (_text is null)
            _bytes.Span.CopyTo(output);
        else
            s_strict.GetBytes(_text, output);
    }

    /// <summary>Whether it is that word, in letters of either case, as Redis reads the options of its commands.</summary>
    internal bool Is(string word)
    {
        if (_text is not null)
            return _text.Equals(word, StringComparison.OrdinalIgnoreCase);
        return _bytes.Length == word.Length && Ascii.EqualsIgnoreCase(_bytes.Span, word);
    }

    public override string ToString() => $"{Length} bytes";
}
