using System.Collections.Immutable;

namespace Godwit.Sqlite.Profiling;

/// <summary>The pairs of words that stand for false and true. No word is in two pairs, so one value decides the pair.</summary>
public static class BooleanWords
{
    public static readonly ImmutableArray<(string False, string True)> Pairs =
    [
        ("f", "t"), ("F", "T"), ("false", "true"), ("False", "True"), ("FALSE", "TRUE"),
        ("n", "y"), ("N", "Y"), ("no", "yes"), ("No", "Yes"), ("NO", "YES"),
        ("off", "on"), ("Off", "On"), ("OFF", "ON"), ("0", "1"),
    ];

    /// <summary>Bytes of the longest word.</summary>
    public const int Longest = 5;

    /// <summary>Each word's bytes as one number, two for each pair.</summary>
    private static readonly ulong[] Packed = [.. Pairs.SelectMany(p => new[] { p.False, p.True }).Select(w => Pack(System.Text.Encoding.ASCII.GetBytes(w)))];

    /// <summary>The index of the pair that the text is a word of, or -1.</summary>
    public static int PairOf(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > Longest) return -1;
        var at = Packed.AsSpan().IndexOf(Pack(text));
        return at < 0 ? -1 : at / 2;
    }

    /// <summary>Begins with a one, or leading NUL bytes would be lost.</summary>
    private static ulong Pack(ReadOnlySpan<byte> text)
    {
        ulong packed = 1;
        foreach (var b in text) packed = packed << 8 | b;
        return packed;
    }
}
