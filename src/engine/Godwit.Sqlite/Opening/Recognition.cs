using Godwit.Model.Findings;

namespace Godwit.Sqlite.Opening;

/// <summary>Tells a SQLite database from what is none, by its first bytes and before SQLite sees it.</summary>
internal static class Recognition
{
    /// <summary>Enough for the entropy of a cipher to show; less than the smallest database.</summary>
    public const int Sample = 1024;

    private const double CipherBitsPerByte = 7.2;

    public static Finding? Refuse(string path, ReadOnlySpan<byte> start, long size) => start switch
    {
        _ when start.Length >= DatabaseHeader.Magic.Length && start.StartsWith(DatabaseHeader.Magic) => RefuseHeader(path, start, size),
        _ when LooksEncrypted(start, size) => Encrypted(path),
        _ => NotADatabase($"{path} is not a SQLite database: it does not begin with \"SQLite format 3\""),
    };

    public static Finding NotADatabase(string message) =>
        Finding.Error(FindingCodes.NotADatabase, message, remedy: "Name the database file of the application in --from.");

    private static Finding? RefuseHeader(string path, ReadOnlySpan<byte> start, long size)
    {
        if (size < 512 || start.Length < DatabaseHeader.Length)
            return NotADatabase($"{path} is too short for a SQLite database: {size} bytes");
        // Bytes 72 to 91 are "reserved for expansion, must be zero"; SQLCipher's cipher_plaintext_header_size leaves the magic readable and encrypts these.
        if (start[72..92].ContainsAnyExcept((byte)0)) return Encrypted(path);
        return HasPayloadFractions(start) ? null : NotADatabase($"{path} begins like a SQLite database, but its header is not one");
    }

    /// <summary>
    /// SQLCipher's file is salt and cipher text in whole pages; the legacy schemes of SQLite3MultipleCiphers and SEE leave bytes 16 to 23 readable,
    /// where the format has three constants.
    /// </summary>
    private static bool LooksEncrypted(ReadOnlySpan<byte> start, long size) =>
        size % 512 == 0 && start.Length >= 512 && (HasPayloadFractions(start) || BitsPerByte(start) >= CipherBitsPerByte);

    private static bool HasPayloadFractions(ReadOnlySpan<byte> start) => start[21] == 64 && start[22] == 32 && start[23] == 32;

    private static double BitsPerByte(ReadOnlySpan<byte> bytes)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (var b in bytes) counts[b]++;
        var bits = 0.0;
        foreach (var count in counts)
            if (count > 0) bits -= (double)count / bytes.Length * Math.Log2((double)count / bytes.Length);
        return bits;
    }

    private static Finding Encrypted(string path) => Finding.Error(FindingCodes.Encrypted, $"{path} looks encrypted",
        remedy: "Decrypt it with the tool that encrypted it (SQLCipher: sqlcipher_export into a plain database) and move the plain file.");
}
