using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Godwit.Redis.Protocol;

/// <summary>
/// What a server answers (RESP3, https://redis.io/docs/latest/develop/reference/protocol-spec/). <c>ToString</c> names the kind and its size, never the content: an answer may be anybody's data.
/// </summary>
public abstract class RespValue
{
    private RespValue() { }

    /// <summary>The bytes of a text, as UTF-8; of a number, its decimal digits; null where there is nothing or something else.</summary>
    public string? AsText() => this switch
    {
        Bulk bulk => Encoding.UTF8.GetString(bulk.Bytes),
        Text text => text.Value,
        Verbatim verbatim => Encoding.UTF8.GetString(verbatim.Bytes),
        Integer number => number.Value.ToString(CultureInfo.InvariantCulture),
        BigNumber big => big.Digits,
        _ => null,
    };

    /// <summary>The bytes of a bulk string; null where there is none.</summary>
    [SuppressMessage("Performance", "CA1819", Justification = "the answer is the caller's alone")]
    public byte[]? AsBytes() => this switch
    {
        Bulk bulk => bulk.Bytes,
        Verbatim verbatim => verbatim.Bytes,
        Text text => Encoding.UTF8.GetBytes(text.Value),
        _ => null,
    };

    /// <summary>A whole number, also one that came as text; null where there is none.</summary>
    public long? AsInteger() => this switch
    {
        Integer number => number.Value,
        Bulk or Text when long.TryParse(AsText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) => parsed,
        _ => null,
    };

    /// <summary>Nothing: <c>_</c>, and RESP2's <c>$-1</c> and <c>*-1</c>, which a server sends before HELLO.</summary>
    public sealed class Null : RespValue
    {
        internal static readonly Null Instance = new();

        public override string ToString() => "null";
    }

    /// <summary>A short text without line ends: <c>+OK</c>.</summary>
    public sealed class Text(string value) : RespValue
    {
        public string Value { get; } = value;

        public override string ToString() => $"text of {Value.Length} characters";
    }

    public sealed class Bulk(byte[] bytes) : RespValue
    {
        public byte[] Bytes { get; } = bytes;

        public override string ToString() => $"{Bytes.Length} bytes";
    }

    /// <summary>Text with its format: <c>txt</c> or <c>mkd</c>.</summary>
    public sealed class Verbatim(string format, byte[] bytes) : RespValue
    {
        public string Format { get; } = format;

        public byte[] Bytes { get; } = bytes;

        public override string ToString() => $"{Bytes.Length} bytes of {Format}";
    }

    public sealed class Integer(long value) : RespValue
    {
        public long Value { get; } = value;

        public override string ToString() => "integer";
    }

    public sealed class Number(double value) : RespValue
    {
        public double Value { get; } = value;

        public override string ToString() => "number";
    }

    /// <summary>A whole number of any length, as its digits.</summary>
    public sealed class BigNumber(string digits) : RespValue
    {
        public string Digits { get; } = digits;

        public override string ToString() => $"whole number of {Digits.Length} digits";
    }

    public sealed class Truth(bool value) : RespValue
    {
        public bool Value { get; } = value;

        public override string ToString() => "truth value";
    }

    /// <summary>A refusal: <c>-WRONGTYPE Operation …</c>, or the same as a bulk string.</summary>
    public sealed class Error(string code, string message) : RespValue
    {
        /// <summary>The first word: <c>ERR</c>, <c>NOSCRIPT</c>, <c>MOVED</c>.</summary>
        public string Code { get; } = code;

        /// <summary>Everything the server said. It may quote arguments of the command.</summary>
        public string Message { get; } = message;

        public override string ToString() => $"error {Code}";
    }

    /// <summary>An array, a set or a push: values in the order they came.</summary>
    public sealed class Sequence(SequenceKind kind, IReadOnlyList<RespValue> items) : RespValue
    {
        public SequenceKind Kind { get; } = kind;

        public IReadOnlyList<RespValue> Items { get; } = items;

        public override string ToString() => $"{Kind} of {Items.Count}";
    }

    /// <summary>Pairs in the order they came; what a key means twice is the caller's to decide.</summary>
    public sealed class Map(IReadOnlyList<KeyValuePair<RespValue, RespValue>> pairs) : RespValue
    {
        public IReadOnlyList<KeyValuePair<RespValue, RespValue>> Pairs { get; } = pairs;

        /// <summary>The value of the first key of that text.</summary>
        public RespValue? this[string key] => Pairs.FirstOrDefault(p => p.Key.AsText() == key).Value;

        public override string ToString() => $"map of {Pairs.Count}";
    }
}

public enum SequenceKind
{
    Array,
    Set,

    /// <summary>Out of band: an answer to nothing that was asked.</summary>
    Push,
}
