using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Verification;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Security.Signing;

namespace Godwit.Cli.Move;

/// <summary>What the certificate says about either side, besides the rows.</summary>
internal sealed record CertifiedSides(CertificateSource Source, string ServerVersion, string Database, string TargetSchemaHash);

/// <summary>Turns a run's verification into its signed certificate.</summary>
internal static class CertificateWriting
{
    public static Certificate Draft(
        RunDescription run, MoveVerification verification, CertifiedSides sides, MoveRequest request, string toolVersion, DateTimeOffset startedAt, DateTimeOffset finishedAt) => new()
        {
            ToolVersion = toolVersion,
            RunId = run.Id.ToString(),
            StartedAt = startedAt,
            FinishedAt = finishedAt,
            Source = sides.Source,
            Target = new CertificateTarget(sides.ServerVersion, sides.Database, run.Plan.Schema, sides.TargetSchemaHash),
            Hash = new CertificateHash(CertificateHash.SipHash, KeyDigits(run.HashKey)),
            Mode = new CertificateMode(
                request.Paranoid,
                verification.Tables.Sum(t => t.Source.Decoded.Sum(d => d.Count)),
                verification.Tables.Sum(t => t.Source.Total.Count)),
            Tables = [.. verification.Tables.Select(Table)],
            Checks = [.. verification.Checks.Select(c => new CertificateCheck(c.Name, c.Passed ? CheckOutcome.Passed : CheckOutcome.Failed, CheckText.Of(c))), SourceCheck(verification)],
            Accepted = [.. request.Accept.Select(a => a.Split(':', 2)).Select(a => new AcceptedFinding(a[0].ToUpperInvariant(), a.Length > 1 ? a[1] : null))],
            NotMoved = [.. run.Plan.NotMoved.Select(n => new CertificateNotMoved(n.Kind, n.Name, n.Reason, n.Code.Id))],
            LeftOut = run.Plan.LeftOut ?? [],
            NotValid = [.. run.Plan.Tables.SelectMany(t => t.ForeignKeys.Where(k => !k.Validate).Select(k => new CertificateNotValid(t.TargetName, k.Name, [.. k.Columns.Select(c => t.Columns[c].TargetName)], k.Parent)))],
            Verdict = verification.Verified ? Verdict.Verified : Verdict.Failed,
        };

    public static Certificate Sign(string path, Certificate draft, SigningKey key) => CertificateFile.Write(path, draft, key);

    /// <summary>The key's bytes as SipHash takes them: least significant first.</summary>
    private static string KeyDigits(UInt128 key)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, key);
        return Convert.ToHexStringLower(bytes);
    }

    private static CertificateCheck SourceCheck(MoveVerification verification) => verification.CarriedLater is { } later ? new(
        "source followed", CheckOutcome.Passed, $"its changes are recorded; {later} rows that changed while it was read are verified as they are carried") : new(
        "source unchanged",
        verification.SourceChanged ? CheckOutcome.Failed : CheckOutcome.Passed,
        verification.SourceChanged ? "somebody wrote to the source after it was opened" : "nobody committed to the source between its opening and the end of verification");

    private static CertificateTable Table(TableVerification table)
    {
        var plan = table.Table;
        return new CertificateTable
        {
            SourceName = plan.SourceName,
            TargetName = plan.TargetName,
            Columns = [.. plan.Columns.Select(c => new CertificateColumn(c.TargetName, c.Type.Sql))],
            Rows = table.Source.Total.Count,
            Quarantined = table.Source.Quarantined,
            Digest = CertificateDigest.From(table.Source.Total),
            RangeColumn = table.Ranges.ByKey ? plan.Columns[0].TargetName : null,
            Ranges = table.Ranges.ByKey
                ? CertificateTable.Merge([.. plan.Ranges.Select((range, i) => (range, table.Source.Rows[i]))])
                : [CertificateRange.From(new RowIdRange(null, null), table.Source.Total)],
            Milliseconds = (long)table.Elapsed.TotalMilliseconds,
            Transforms = plan.Columns.Any(c => c.Transform is not null)
                ? [.. plan.Columns.Where(c => c.Transform is not null).Select(c => CertificateTransform.Of(c.TargetName, c.Transform!))]
                : null,
            LeftOutColumns = plan.LeftOutColumns,
        };
    }
}
