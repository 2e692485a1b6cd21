using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Findings;
using Godwit.Postgres.Runs;
using Godwit.Security.Signing;

namespace Godwit.Cli.Move.Nested;

/// <summary>What the runbook's journal keeps of a move's certificate, so that the one vouches for the other.</summary>
internal static class NestedSummary
{
    public static MoveSummary Of(RunDescription run, Certificate certificate, byte[] bytes) => new(
        run.Id, run.Plan.Schema, certificate.Tables.Count, certificate.Tables.Sum(t => t.Rows), certificate.Tables.Sum(t => t.Quarantined), certificate.NotMoved.Count,
        DigestOf(certificate), Convert.ToHexStringLower(SHA256.HashData(bytes)), certificate.Signature?.Kid ?? "");

    /// <summary>Null when the certificate of its row is not whole.</summary>
    public static MoveSummary? Read(StoredRun stored) =>
        CertificateOf(stored) is { } certificate ? Of(stored.Description, certificate, Encoding.UTF8.GetBytes(stored.Certificate!)) : null;

    /// <summary>The certificate of its row, if it is of this move and unchanged since it was signed, by whomever.</summary>
    public static Certificate? CertificateOf(StoredRun stored)
    {
        if (stored.Certificate is not { } text) return null;
        var certificate = CertificateFile.Verify(Encoding.UTF8.GetBytes(text), KnownSigners.Load(GodwitHome.Folder())) switch
        {
            CertificateVerdict.Valid valid => valid.Certificate,
            CertificateVerdict.ValidUnknownSigner unknown => unknown.Certificate,
            _ => null,
        };
        return certificate?.RunId == stored.Description.Id.ToString() ? certificate : null;
    }

    public static Finding Unsound(Guid run) => Finding.Error(
        FindingCodes.CertificateNotTaken, $"the certificate of the move {run} in godwit.runs is not what was signed", null, "Somebody has changed the schema godwit of the target: `godwit journal verify` tells what else.");

    /// <summary>SHA-256 over each table's name, count and digest, a line each, in the plan's order.</summary>
    private static string DigestOf(Certificate certificate) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Concat(certificate.Tables.Select(t => $"{t.TargetName}\t{t.Digest.Count}\t{t.Digest.Sum}\t{t.Digest.Xor}\n")))));
}
