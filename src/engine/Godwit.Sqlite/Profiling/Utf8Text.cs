using System.Numerics;
using System.Runtime.InteropServices;

namespace Godwit.Sqlite.Profiling;

internal static class Utf8Text
{
    /// <summary>Characters (code points) of valid UTF-8: every byte but the continuation bytes 10xxxxxx, which as signed bytes are below -64.</summary>
    public static int CountCharacters(ReadOnlySpan<byte> text)
    {
        var signed = MemoryMarshal.Cast<byte, sbyte>(text);
        var continuations = 0;
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var limit = new Vector<sbyte>(-64);
            for (; i + Vector<sbyte>.Count <= signed.Length; i += Vector<sbyte>.Count)
            {
                var isContinuation = Vector.LessThan(new Vector<sbyte>(signed[i..]), limit);
                // Each match is -1; at most Vector<sbyte>.Count of them, so the sum fits a signed byte.
                continuations -= Vector.Sum(isContinuation);
            }
        }
        for (; i < signed.Length; i++)
        {
            if (signed[i] < -64) continuations++;
        }
        return text.Length - continuations;
    }
}
