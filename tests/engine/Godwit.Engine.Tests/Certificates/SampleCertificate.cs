using Godwit.Engine.Certificates;
using Godwit.Model.Digests;
using Godwit.Model.Moves;

namespace Godwit.Engine.Tests.Certificates;

internal static class SampleCertificate
{
    public static Certificate Make()
    {
        var ranges = new[] { (new RowIdRange(null, 9_007_199_254_740_993), Digest(1, 2, 3)), (new RowIdRange(9_007_199_254_740_993, null), Digest(4)) };
        return new Certificate
        {
            ToolVersion = "0.1.0",
            RunId = "01HQ-sample",
            StartedAt = new DateTimeOffset(2024, 2, 29, 23, 59, 58, 70, TimeSpan.Zero),
            FinishedAt = new DateTimeOffset(2024, 3, 1, 0, 0, 1, 5, TimeSpan.Zero),
            Source = new CertificateSource("shop.db", 40960, "3.40.1", new string('a', 64)),
            Target = new CertificateTarget("15.10", "shop", "public", new string('b', 64)),
            Hash = new CertificateHash(CertificateHash.SipHash, "000102030405060708090a0b0c0d0e0f"),
            Mode = new CertificateMode(Paranoid: false, RowsDecodedTwice: 1, Rows: 4),
            Tables =
            [
                new CertificateTable
                {
                    SourceName = "Orders \"new\" Größe",
                    TargetName = "orders",
                    Columns = [new CertificateColumn("id", "bigint"), new CertificateColumn("total", "numeric(10,2)")],
                    Rows = 4,
                    Quarantined = 1,
                    Digest = CertificateDigest.From(Digest(1, 2, 3, 4)),
                    RangeColumn = "id",
                    Ranges = CertificateTable.Merge(ranges),
                    Milliseconds = 12,
                },
            ],
            Checks = [new CertificateCheck("foreign keys", CheckOutcome.Passed, "3 validated"), new CertificateCheck("sequences", CheckOutcome.NotApplicable, "")],
            Accepted = [new AcceptedFinding("GW1110", "orders"), new AcceptedFinding("GW1102", null)],
            NotMoved = [new CertificateNotMoved("trigger", "audit", "triggers are not translated", "GW1102")],
            Verdict = Verdict.Verified,
        };
    }

    public static RangeDigest Digest(params int[] rows)
    {
        var digest = default(RangeDigest);
        foreach (var row in rows)
            digest.Add(new UInt128(ulong.MaxValue - (ulong)row, (ulong)row * 0x9E3779B97F4A7C15));
        return digest;
    }
}
