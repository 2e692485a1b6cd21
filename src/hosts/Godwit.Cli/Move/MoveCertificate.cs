using System.Text;
using Godwit.Engine.Certificates;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Runs;
using Godwit.Security.Signing;

namespace Godwit.Cli.Move;

/// <summary>
/// The certificate of the move that is verified again: the file that was named, else the one beside, else the copy in the run's row. Signed by somebody known here,
/// it says which tables there were to move; the target's own records may have been changed by whoever changed the target.
/// </summary>
internal static class MoveCertificate
{
    public static (Certificate? Certificate, IReadOnlyList<Finding> Findings) Find(MoveRequest request, StoredRun? stored, string database)
    {
        var findings = new List<Finding>();
        KnownSigners known;
        try
        {
            known = KnownSigners.Load(GodwitHome.Folder());
        }
        catch (SigningKeyException fault)
        {
            return (null, [NotTaken(Severity.Warning, "any certificate", fault.Message)]);
        }
        var path = CertificateOutput.PathOf(request);
        var wrong = request.CertificateFile is null ? Severity.Warning : Severity.Error;
        if (File.Exists(path) && Take(CertificateFile.Verify(path, known), path, wrong) is { } beside) return (beside, findings);
        if (stored?.Certificate is { } text && Take(CertificateFile.Verify(Encoding.UTF8.GetBytes(text), known), "the copy in godwit.runs of the target", Severity.Warning) is { } kept) return (kept, findings);
        return (null, findings);

        Certificate? Take(CertificateVerdict verdict, string where, Severity severity)
        {
            switch (verdict)
            {
                case CertificateVerdict.Valid valid when IsOf(valid.Certificate):
                    return valid.Certificate;
                case CertificateVerdict.Valid valid:
                    findings.Add(NotTaken(Severity.Warning, where, $"it is of another move, run {valid.Certificate.RunId}"));
                    return null;
                case CertificateVerdict.ValidUnknownSigner:
                    findings.Add(NotTaken(Severity.Warning, where, verdict.Text));
                    return null;
                default:
                    findings.Add(NotTaken(severity, where, verdict.Text));
                    return null;
            }
        }

        bool IsOf(Certificate certificate) => stored is null
            ? certificate.Target.Database == database && certificate.Target.Schema == request.Schema
            : certificate.RunId == stored.Description.Id.ToString();
    }

    /// <summary>What the plan kept in the target says otherwise than the certificate.</summary>
    public static IEnumerable<Finding> Contradictions(Certificate certificate, MovePlan plan)
    {
        foreach (var table in certificate.Tables)
        {
            if (plan.Tables.FirstOrDefault(t => t.SourceName == table.SourceName) is not { } planned) continue;
            if (planned.TargetName != table.TargetName || !planned.Columns.Select(c => new CertificateColumn(c.TargetName, c.Type.Sql)).SequenceEqual(table.Columns))
            {
                yield return Finding.Error(
                    FindingCodes.SchemaDiffers, $"The target's records describe {table.SourceName} otherwise than the certificate does.", new Place.InTable(table.SourceName),
                    "Somebody has changed the schema godwit of the target: move again.");
            }
        }
    }

    /// <summary>
    /// Transforms that the certificate does not know: whoever changed the target could have changed, beside it, what the plan kept there says of how its values were
    /// made, and every value would agree.
    /// </summary>
    public static IEnumerable<Finding> Unproven(Certificate? certificate, MovePlan plan)
    {
        foreach (var table in plan.Tables)
        {
            var certified = certificate?.Tables.FirstOrDefault(t => t.SourceName == table.SourceName)?.Transforms ?? [];
            foreach (var column in table.Columns.Where(c => c.Transform is { } t && !certified.Any(k => k.Says(c.TargetName, t))))
            {
                yield return Finding.Error(
                    FindingCodes.SchemaDiffers,
                    certificate is null
                        ? $"Only the target's own records say how {column.TargetName} of {table.TargetName} was made."
                        : $"The target's records describe how {column.TargetName} of {table.TargetName} was made otherwise than the certificate does.",
                    new Place.InTable(table.SourceName, Column: column.SourceName),
                    "Name the move's certificate with --certificate, its signer's key being in known-signers/ of GODWIT_HOME: what the target says of itself is no proof.");
            }
            foreach (var lost in certified.Where(k => !table.Columns.Any(c => c.Transform is { } t && k.Says(c.TargetName, t))))
                yield return Finding.Error(FindingCodes.SchemaDiffers, $"The target's records do not have the transform of {lost.Column} of {table.TargetName} that the certificate names.", new Place.InTable(table.SourceName));
        }
    }

    private static Finding NotTaken(Severity severity, string where, string why)
    {
        const string remedy = "Name the move's own certificate with --certificate.";
        var message = $"What the move covered is not taken from {where}: {why}";
        return severity == Severity.Error ? Finding.Error(FindingCodes.CertificateNotTaken, message, remedy: remedy) : Finding.Warning(FindingCodes.CertificateNotTaken, message, remedy: remedy);
    }
}
