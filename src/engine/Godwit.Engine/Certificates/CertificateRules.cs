using Godwit.Model.Digests;

namespace Godwit.Engine.Certificates;

/// <summary>What a certificate may not contradict itself in. Held before signing, and again when one is read.</summary>
internal static class CertificateRules
{
    /// <returns>The first contradiction, or null.</returns>
    public static string? Broken(Certificate c) =>
        c.Format != Certificate.CurrentFormat ? "its format is another one"
        : c.FinishedAt < c.StartedAt ? "it finished before it started"
        : c.Hash.Algorithm != CertificateHash.SipHash ? "its hash algorithm is another one"
        : c.Hash.Key.Length != 32 || !c.Hash.Key.All(char.IsAsciiHexDigitLower) ? "its hash key is not 32 hexadecimal digits"
        : c.Mode.Rows < 0 || c.Mode.RowsDecodedTwice < 0 || c.Mode.RowsDecodedTwice > c.Mode.Rows ? "more rows were decoded twice than there are"
        : c.Verdict == Verdict.Verified && c.Mode.Paranoid && c.Mode.RowsDecodedTwice != c.Mode.Rows ? "it is paranoid and verified without every row decoded twice"
        : c.Verdict == Verdict.Verified && c.Checks.Any(k => k.Result == CheckOutcome.Failed) ? "it is verified with a failed check"
        : c.Tables.Select(t => Broken(t, c.Verdict)).FirstOrDefault(b => b is not null);

    private static string? Broken(CertificateTable table, Verdict verdict)
    {
        if (table.Rows < 0 || table.Quarantined < 0 || table.Milliseconds < 0)
            return "a table's count is negative";
        if (table.Ranges.Count > CertificateTable.MostRanges)
            return "a table has too many ranges";
        if (!table.Digest.TryRead(out var whole))
            return "a table's digest is not a count and two numbers of 32 hexadecimal digits";
        if (verdict == Verdict.Verified && whole.Count != table.Rows)
            return "a verified table's digest counts other rows than were moved";
        var sum = default(RangeDigest);
        foreach (var range in table.Ranges)
        {
            if (!range.TryRead(out var digest))
                return "a range's digest is not a count and two numbers of 32 hexadecimal digits";
            sum.Add(digest);
        }
        return table.Ranges.Count > 0 && sum != whole ? "a table's ranges do not add up to its digest" : null;
    }
}
