using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Godwit.Security.Canonical;

/// <summary>
/// One sequence of bytes for each JSON value, by RFC 8785, for what is signed. Numbers are limited to whole ones within ±2^53, where every
/// reader agrees on the value (RFC 7493 section 2.2); a fraction, an exponent, a larger number, a member named twice or a lone surrogate is an error.
/// </summary>
public static class CanonicalJson
{
    public const long LargestNumber = 1L << 53;

    private static readonly SearchValues<char> s_escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c), '"', '\\']);

    /// <summary>Half of a pair is an error, not a question mark.</summary>
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="CanonicalJsonException">The text is not JSON, or holds what the limits above exclude.</exception>
    public static byte[] Canonicalize(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return Canonicalize(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new CanonicalJsonException("not JSON", e);
        }
    }

    /// <param name="root">The value.</param>
    /// <param name="without">A member of the root object to leave out, such as the signature over the rest.</param>
    /// <exception cref="CanonicalJsonException">As above.</exception>
    public static byte[] Canonicalize(JsonElement root, string? without = null)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(root, output, without);
        return output.WrittenSpan.ToArray();
    }

    internal static void Write(JsonElement value, ArrayBufferWriter<byte> output, string? without)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: WriteObject(value, output, without); break;
            case JsonValueKind.Array: WriteArray(value, output); break;
            case JsonValueKind.String: WriteString(Text(value.GetString), output); break;
            case JsonValueKind.Number: WriteNumber(Number(value), output); break;
            case JsonValueKind.True: output.Write("true"u8); break;
            case JsonValueKind.False: output.Write("false"u8); break;
            case JsonValueKind.Null: output.Write("null"u8); break;
            default: throw new CanonicalJsonException("a value is missing");
        }
    }

    private static void WriteObject(JsonElement value, ArrayBufferWriter<byte> output, string? without)
    {
        var members = value.EnumerateObject().Select(m => (Name: Text(() => m.Name), m.Value)).ToList();
        // RFC 8785 section 3.2.3: by UTF-16 code units, which is what an ordinal comparison of strings does.
        members.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        for (var i = 1; i < members.Count; i++)
        {
            if (members[i].Name == members[i - 1].Name)
                throw new CanonicalJsonException("an object names a member twice");
        }
        output.Write("{"u8);
        var first = true;
        foreach (var (name, member) in members)
        {
            if (name == without)
                continue;
            if (!first)
                output.Write(","u8);
            first = false;
            WriteString(name, output);
            output.Write(":"u8);
            Write(member, output, without: null);
        }
        output.Write("}"u8);
    }

    private static void WriteArray(JsonElement value, ArrayBufferWriter<byte> output)
    {
        output.Write("["u8);
        var first = true;
        foreach (var item in value.EnumerateArray())
        {
            if (!first)
                output.Write(","u8);
            first = false;
            Write(item, output, without: null);
        }
        output.Write("]"u8);
    }

    private static long Number(JsonElement value)
    {
        var text = value.GetRawText();
        if (text.AsSpan().ContainsAny(".eE"))
            throw new CanonicalJsonException("a number is not written as a whole number");
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw new CanonicalJsonException("a number lies outside ±2^53");
        return number;
    }

    private static string Text(Func<string?> read)
    {
        try
        {
            return read()!;
        }
        catch (InvalidOperationException e)
        {
            throw new CanonicalJsonException("a string is not valid Unicode", e);
        }
    }

    internal static void WriteString(string text, ArrayBufferWriter<byte> output)
    {
        output.Write("\""u8);
        // Nearly every string goes out as it is.
        var rest = text.AsSpan();
        for (var next = rest.IndexOfAny(s_escaped); next >= 0; next = rest.IndexOfAny(s_escaped))
        {
            WriteUtf8(rest[..next], output);
            WriteEscaped(rest[next], output);
            rest = rest[(next + 1)..];
        }
        WriteUtf8(rest, output);
        output.Write("\""u8);
    }

    internal static void WriteNumber(long number, ArrayBufferWriter<byte> output)
    {
        if (number is < -LargestNumber or > LargestNumber) throw new CanonicalJsonException("a number lies outside ±2^53");
        number.TryFormat(output.GetSpan(20), out var length, provider: CultureInfo.InvariantCulture);
        output.Advance(length);
    }

    private static void WriteUtf8(ReadOnlySpan<char> text, ArrayBufferWriter<byte> output)
    {
        if (text.IsEmpty) return;
        try
        {
            output.Advance(s_strict.GetBytes(text, output.GetSpan(s_strict.GetMaxByteCount(text.Length))));
        }
        catch (EncoderFallbackException e)
        {
            throw new CanonicalJsonException("a string is not valid Unicode", e);
        }
    }

    /// <summary>RFC 8785 section 3.2.2.2: the short forms where JSON has them, \u00xx in lower case for other controls.</summary>
    private static void WriteEscaped(char c, ArrayBufferWriter<byte> output)
    {
        switch (c)
        {
            case '"': output.Write("\\\""u8); break;
            case '\\': output.Write(@"\\"u8); break;
            case '\b': output.Write(@"\b"u8); break;
            case '\t': output.Write(@"\t"u8); break;
            case '\n': output.Write(@"\n"u8); break;
            case '\f': output.Write(@"\f"u8); break;
            case '\r': output.Write(@"\r"u8); break;
            default: output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"))); break;
        }
    }
}
