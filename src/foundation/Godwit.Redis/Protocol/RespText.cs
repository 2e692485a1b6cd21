using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Godwit.Redis.Protocol;

/// <summary>What a line holds, read strictly.</summary>
internal static class RespText
{
    /// <summary>Of an error's code: no text of a server's gets into a message of ours by way of it.</summary>
    private const int LongestCode = 32;

    private static readonly SearchValues<byte> s_number = SearchValues.Create("0123456789+-.eE"u8);

    private static readonly SearchValues<char> s_code = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    public static string Of(ReadOnlySpan<byte> text) => text.SequenceEqual("OK"u8) ? "OK" : Encoding.UTF8.GetString(text);

    public static RespValue.Error Refusal(ReadOnlySpan<byte> text)
    {
        var message = Encoding.UTF8.GetString(text);
        var end = message.AsSpan().IndexOfAnyExcept(s_code);
        return new RespValue.Error(message[..Math.Min(end < 0 ? message.Length : end, LongestCode)], message);
    }

    public static long Integer(ReadOnlySpan<byte> text)
    {
        var digits = text is [(byte)'+' or (byte)'-', ..] ? text[1..] : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            throw new RespException("no whole number");
        // '+' is not the formatter's to read.
        return Utf8Parser.TryParse(text[0] == '+' ? digits : text, out long value, out var read) && read > 0 ? value : throw new RespException("a whole number of more than 64 bits");
    }

    /// <summary>A length or a count: digits alone.</summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.ContainsAnyExceptInRange((byte)'0', (byte)'9') || text.Length > 10 || !Utf8Parser.TryParse(text, out long value, out _) || value > int.MaxValue)
            throw new RespException("no length");
        return (int)value;
    }

    public static RespValue.Truth Truth(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)'t'] => new RespValue.Truth(true),
        [(byte)'f'] => new RespValue.Truth(false),
        _ => throw new RespException("no truth value"),
    };

    public static double Number(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("inf"u8))
            return double.PositiveInfinity;
        if (text.SequenceEqual("-inf"u8))
            return double.NegativeInfinity;
        // Redis has sent nan with a sign too (https://github.com/redis/redis/pull/12286).
        if (text.SequenceEqual("nan"u8) || text.SequenceEqual("-nan"u8))
            return double.NaN;
        return text.Length <= 64 && !text.ContainsAnyExcept(s_number)
            && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new RespException("no number");
    }

    public static string Digits(ReadOnlySpan<byte> text)
    {
        var digits = text is [(byte)'+' or (byte)'-', ..] ? text[1..] : text;
        return digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? throw new RespException("no whole number") : Encoding.Latin1.GetString(text);
    }
}
