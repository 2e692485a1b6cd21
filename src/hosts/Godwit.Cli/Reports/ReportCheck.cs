using Godwit.Cli.Journal;
using Godwit.Cli.Runs;
using Godwit.Engine.Reports;
using Godwit.Model.Findings;
using Godwit.Security.Signing;

namespace Godwit.Cli.Reports;

/// <summary>Whether a report is what was signed. Needs nothing but the file.</summary>
internal static class ReportCheck
{
    /// <summary>Larger files are no reports, and are not read.</summary>
    private const long LongestFile = 1L << 30;

    public static int Verify(string path, IReadOnlyList<string> keys, RunConsole console)
    {
        var (known, unusable) = SignerKeys.Load(keys);
        if (known is null) return console.Refuse([unusable!], ExitCode.Usage);
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > LongestFile) return console.Refuse([Finding.Error(FindingCodes.ReportUnsigned, file.Exists ? $"{path} is too large for a report" : $"{path}: there is no such file")]);
        var verdict = ReportSignature.Verify(File.ReadAllBytes(path), known);
        switch (verdict.Signature)
        {
            case SignerVerdict.KnownSigner:
                console.Console.Line($"[green]As signed:[/] the report of run {verdict.Run}, by key {verdict.Signer!.Kid}.");
                return console.Finish(new RunDocument { Outcome = "sound", ExitCode = ExitCode.Done, Run = verdict.Run.ToString() });
            case SignerVerdict.UnknownSigner:
                return Say("unknown-signer", ExitCode.Findings, Finding.Warning(
                    FindingCodes.ReportUnknownSigner, $"the report is as it was signed, by a key that is unknown here: {verdict.Signer!.Kid}",
                    remedy: "Ask its owner for the public key and name it with --key, or put it into known-signers/ of GODWIT_HOME."));
            case SignerVerdict.BadSignature:
                return Say("changed", ExitCode.NotVerified, Finding.Error(FindingCodes.ReportChanged, $"{path} is not what was signed"));
            default:
                return Say("unsigned", ExitCode.Findings, Finding.Error(FindingCodes.ReportUnsigned, $"{path} does not end in a report's signature"));
        }

        int Say(string outcome, int exitCode, Finding finding)
        {
            Runbooks.RunbookFindings.Print(console.Console, [finding]);
            return console.Finish(new RunDocument { Outcome = outcome, ExitCode = exitCode, Run = verdict.Run?.ToString(), Findings = [Move.FindingDocument.From(finding, showValues: false)] });
        }
    }
}
