using System.Globalization;
using Godwit.Engine.Certificates;

namespace Godwit.Cli.Certificates;

/// <summary>A certificate's main facts, a line each, for a person. The file itself holds them all.</summary>
internal static class CertificateFacts
{
    private const int NameWidth = 12;

    public static async Task PrintAsync(TextWriter output, string path, CertificateVerdict verdict)
    {
        await FactAsync("Certificate", Path.GetFullPath(path));
        var (certificate, kid) = verdict switch
        {
            CertificateVerdict.Valid valid => (valid.Certificate, valid.Kid),
            CertificateVerdict.ValidUnknownSigner unknown => (unknown.Certificate, unknown.Kid),
            _ => (null, null),
        };
        await FactAsync("Signature", verdict switch { CertificateVerdict.Valid => $"valid, by the known key {kid}", CertificateVerdict.ValidRun { Known: true } known => $"valid, by the known key {known.Kid}", _ => verdict.Text });
        if (verdict is CertificateVerdict.ValidRun run)
        {
            foreach (var (name, text) in RunCertificateFacts.Of(run.Certificate)) await FactAsync(name, text);
        }
        if (certificate is null) return;
        foreach (var (name, text) in Facts(certificate)) await FactAsync(name, text);
        await output.WriteLineAsync();
        foreach (var line in Tables(certificate)) await output.WriteLineAsync(Plain(line));

        Task FactAsync(string name, string text) => output.WriteLineAsync($"{name.PadRight(NameWidth)} {Plain(text)}");
    }

    private static IEnumerable<(string Name, string Text)> Facts(Certificate c)
    {
        var failed = c.Checks.Where(k => k.Result == CheckOutcome.Failed).Select(k => k.Name).ToList();
        yield return ("Verdict", c.Verdict == Verdict.Verified ? "verified" : "FAILED verification");
        yield return ("Run", Text($"{c.RunId}, {c.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {(c.FinishedAt - c.StartedAt).TotalSeconds:0.0} s, Godwit {c.ToolVersion}"));
        yield return ("Source", Text($"{c.Source.FileName}, {c.Source.Size:N0} bytes"));
        yield return ("Target", $"database {c.Target.Database}, schema {c.Target.Schema}, PostgreSQL {c.Target.ServerVersion}");
        yield return ("Rows", Text($"{Count(c.Tables.Sum(t => t.Rows), "row")} in {Count(c.Tables.Count, "table")}, {c.Tables.Sum(t => t.Quarantined):N0} in quarantine, {c.Mode.RowsDecodedTwice:N0} decoded a second way"));
        yield return ("Checks", failed.Count == 0 ? $"all {c.Checks.Count} passed" : $"{failed.Count} of {c.Checks.Count} failed: {string.Join(", ", failed)}");
        if (c.LeftOut is { Count: > 0 } leftOut) yield return ("Left out", string.Join(", ", leftOut));
        foreach (var table in c.Tables)
        {
            foreach (var transform in table.Transforms ?? [])
                yield return ("Transformed", $"{table.TargetName}.{transform.Column} by {transform.Transform}({string.Join(", ", transform.From)}) {transform.Parameters}{(transform.Keys is { } keys ? $", keys for {keys}" : "")}: {transform.Proven}");
            if (table.LeftOutColumns is { Count: > 0 } columns) yield return ("Left out", $"of {table.SourceName}: {string.Join(", ", columns)}");
        }
        if (c.Accepted.Count > 0) yield return ("Accepted", string.Join(", ", c.Accepted.Select(a => a.Table is null ? a.Code : $"{a.Code}:{a.Table}")));
        if (c.NotValid is { Count: > 0 } notValid) yield return ("Not valid", string.Join(", ", notValid.Select(k => $"{k.Key} of {k.Table} ({string.Join(", ", k.Columns)}) to {k.Parent}")));
        if (c.NotMoved.Count > 0) yield return ("Not moved", string.Join(", ", c.NotMoved.Select(n => $"{n.Kind} {n.Name} ({n.Code})")));
    }

    private static IEnumerable<string> Tables(Certificate c)
    {
        var name = Math.Max("table".Length, c.Tables.Select(t => t.TargetName.Length).DefaultIfEmpty(0).Max());
        yield return $"{"table".PadRight(name)}  {"rows",13}  {"quarantine",10}  digest (sum)";
        foreach (var table in c.Tables)
            yield return Text($"{table.TargetName.PadRight(name)}  {table.Rows,13:N0}  {table.Quarantined,10:N0}  {table.Digest.Sum}");
    }

    private static string Count(long number, string thing) => Text($"{number:N0} {thing}{(number == 1 ? "" : "s")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Names come from databases, and an unknown signer chose all of it: nothing may steer a terminal.</summary>
    private static string Plain(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format ? '?' : c));
}
