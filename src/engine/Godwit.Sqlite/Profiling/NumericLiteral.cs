namespace Godwit.Sqlite.Profiling;

/// <summary>Texts that a numeric affinity turns into numbers (https://sqlite.org/datatype3.html section 3: well-formed integer and real literals), blanks around them allowed.</summary>
internal static class NumericLiteral
{
    public static bool Matches(ReadOnlySpan<byte> text)
    {
        var t = text.Trim(" \t\n\v\f\r"u8);
        if (t.Length > 0 && t[0] is (byte)'+' or (byte)'-') t = t[1..];
        var whole = SkipDigits(ref t);
        var fraction = 0;
        if (t.Length > 0 && t[0] == '.')
        {
            t = t[1..];
            fraction = SkipDigits(ref t);
        }
        if (whole + fraction == 0) return false;
        if (t.Length > 0 && t[0] is (byte)'e' or (byte)'E')
        {
            t = t[1..];
            if (t.Length > 0 && t[0] is (byte)'+' or (byte)'-') t = t[1..];
            if (SkipDigits(ref t) == 0) return false;
        }
        return t.Length == 0;
    }

    private static int SkipDigits(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var count = end < 0 ? text.Length : end;
        text = text[count..];
        return count;
    }
}
