using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;

namespace Godwit.Engine.Reports;

/// <summary>A move that a step of the run made.</summary>
/// <param name="Certificate">The signed certificate's text as its row has it; null until it is verified.</param>
/// <param name="Verdict">What verifying it found.</param>
public sealed record MoveRow(Guid Id, string Step, string Schema, RunState State, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Certificate, CertificateVerdict? Verdict);

/// <summary>What moves brought over, by their certificates.</summary>
internal static class MovePart
{
    public static IEnumerable<ReportBlock> Of(RunRecord record)
    {
        if (record.Moves.Count == 0) yield break;
        yield return new ReportBlock.Heading("Moves");
        yield return new ReportBlock.Table(["step", "move", "schema", "state", "began", "took", "tables", "rows", "in quarantine", "not moved", "certificate"], [.. record.Moves.Select(Line)]);
        foreach (var (move, certificate) in record.Moves.Select(m => (m, CertificateOf(m))).Where(m => m.Item2 is not null))
        {
            yield return new ReportBlock.Paragraph($"Step {move.Step}, from {certificate!.Source.FileName} into schema {move.Schema}; each table's digest is the sum of its rows' keyed hashes:");
            yield return new ReportBlock.Table(["source", "target", "rows", "in quarantine", "digest"], [.. certificate.Tables.Select(t => (IReadOnlyList<string>)
                [t.SourceName, t.TargetName, ReportText.Count(t.Rows), ReportText.Count(t.Quarantined), t.Digest.Sum])]);
            var transforms = certificate.Tables.SelectMany(t => (t.Transforms ?? []).Select(c => (IReadOnlyList<string>)[$"{t.TargetName}.{c.Column}", c.Transform, string.Join(", ", c.From), c.Parameters, c.Keys ?? ""])).ToList();
            if (transforms.Count == 0) continue;
            yield return new ReportBlock.Paragraph("Columns that are equal to a transform of the source, and not to the source; what encrypt made opens to the source:");
            yield return new ReportBlock.Table(["column", "transform", "from", "parameters", "keys for"], transforms);
        }
        yield return new ReportBlock.Paragraph("`godwit certificate export` writes the certificates into files.");
    }

    private static IReadOnlyList<string> Line(MoveRow move)
    {
        var certificate = CertificateOf(move);
        return
        [
            move.Step, move.Id.ToString(), move.Schema, move.State == RunState.Aborted ? "undone" : move.State.ToString(), ReportText.At(move.StartedAt), ReportText.Span(move.StartedAt, move.EndedAt),
            Count(certificate?.Tables.Count), Count(certificate?.Tables.Sum(t => t.Rows)), Count(certificate?.Tables.Sum(t => t.Quarantined)), Count(certificate?.NotMoved.Count),
            move.Verdict switch
            {
                null => "none yet",
                CertificateVerdict.Valid valid => $"{Word(valid.Certificate)}, signed by {valid.Kid}",
                CertificateVerdict.ValidUnknownSigner unknown => $"{Word(unknown.Certificate)}, signed by {unknown.Kid} (not known here)",
                { } other => other.Text,
            },
        ];
    }

    private static string Count(long? number) => number is { } known ? ReportText.Count(known) : "";

    private static string Word(Certificate certificate) => certificate.Verdict == Certificates.Verdict.Verified ? "verified" : "FAILED verification";

    private static Certificate? CertificateOf(MoveRow move) => move.Verdict switch
    {
        CertificateVerdict.Valid valid => valid.Certificate,
        CertificateVerdict.ValidUnknownSigner unknown => unknown.Certificate,
        _ => null,
    };
}
