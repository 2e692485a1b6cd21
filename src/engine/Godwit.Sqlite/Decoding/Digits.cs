namespace Godwit.Sqlite.Decoding;

internal static class Digits
{
    /// <summary>Fills <paramref name="text"/> with the last digits of <paramref name="value"/>, zeros before.</summary>
    public static void Write(Span<byte> text, int value)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = (byte)('0' + value % 10);
            value /= 10;
        }
    }
}
