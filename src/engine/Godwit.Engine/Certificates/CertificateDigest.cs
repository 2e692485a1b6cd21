using System.Globalization;
using Godwit.Model.Digests;
using Godwit.Model.Moves;

namespace Godwit.Engine.Certificates;

/// <summary>A <see cref="RangeDigest"/> as the certificate writes it: sum and xor as 32 lower-case hexadecimal digits, most significant first.</summary>
public sealed record CertificateDigest(long Count, string Sum, string Xor)
{
    public static CertificateDigest From(in RangeDigest digest) => new(digest.Count, Hexadecimal(digest.Sum), Hexadecimal(digest.Xor));

    /// <returns>False when the digits are not as <see cref="From"/> writes them.</returns>
    public bool TryRead(out RangeDigest digest) => TryRead(Count, Sum, Xor, out digest);

    internal static string Hexadecimal(UInt128 value) => value.ToString("x32", CultureInfo.InvariantCulture);

    internal static bool TryRead(long count, string sum, string xor, out RangeDigest digest)
    {
        digest = default;
        if (count < 0
            || !UInt128.TryParse(sum, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var readSum) || Hexadecimal(readSum) != sum
            || !UInt128.TryParse(xor, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var readXor) || Hexadecimal(readXor) != xor)
            return false;
        digest = new RangeDigest { Count = count, Sum = readSum, Xor = readXor };
        return true;
    }
}

/// <summary>
/// The rows with <c>Lower &lt; rowid &lt;= Upper</c>. The bounds are decimal texts, because a rowid has 64 bits and a JSON number is sure of 53; null is open.
/// </summary>
public sealed record CertificateRange(string? Lower, string? Upper, long Count, string Sum, string Xor)
{
    public static CertificateRange From(RowIdRange range, in RangeDigest digest) => new(
        range.After?.ToString(CultureInfo.InvariantCulture),
        range.UpTo?.ToString(CultureInfo.InvariantCulture),
        digest.Count,
        CertificateDigest.Hexadecimal(digest.Sum),
        CertificateDigest.Hexadecimal(digest.Xor));

    public bool TryRead(out RangeDigest digest) => CertificateDigest.TryRead(Count, Sum, Xor, out digest);
}
