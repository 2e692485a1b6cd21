using System.Security.Cryptography;
using System.Text;

namespace Godwit.Engine.Backfill;

/// <summary>
/// A name for a row that tells nobody its key: the first 16 bytes of SHA-256 over a random key of the step's and the row's key, its parts joined by
/// U+001F. Who may read both the progress and the table finds the row with one SELECT (docs/backfill.md).
/// </summary>
public static class RowDigest
{
    private const int Bytes = 16;

    /// <param name="digestKey">32 bytes in hexadecimal.</param>
    /// <param name="key">The parts of the row's key as the database prints them.</param>
    public static string Of(string digestKey, IReadOnlyList<string> key) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Convert.FromHexString(digestKey), .. Encoding.UTF8.GetBytes(string.Join('\u001F', key))]).AsSpan(0, Bytes));
}
