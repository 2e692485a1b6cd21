using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Certificates;
using Godwit.Engine.Runbooks;
using Godwit.Security.Signing;

namespace Godwit.Cli.Certificates;

/// <summary><c>godwit certificate verify FILE</c>: whether a certificate is whole, and whether its signer is known here; <c>show FILE</c>: what it says.</summary>
internal static class CertificateCommand
{
    private static readonly Argument<string> File = new("file") { Description = "The certificate." };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document." };

    private static readonly Option<string> Out = new("--out") { Description = "The folder that takes the files.", HelpName = "FOLDER", DefaultValueFactory = _ => "." };

    public static Command Create(RunbookKinds kinds)
    {
        var verify = new Command("verify", "Verifies a certificate's signature. Exit 0: whole, by a known signer; 1: whole, by an unknown signer; 3: changed, or no certificate.") { File, Json };
        verify.SetAction(async (result, _) =>
        {
            var verdict = CertificateFile.Verify(result.GetRequiredValue(File), KnownSigners.Load(GodwitHome.Folder()));
            var (code, word) = Answer(verdict);
            var output = result.InvocationConfiguration.Output;
            var text = verdict.Text;
            await output.WriteLineAsync(result.GetValue(Json)
                ? $$"""{"verdict":"{{word}}","text":"{{JsonEncodedText.Encode(text)}}"}"""
                : text);
            return code;
        });
        var show = new Command("show", "Prints a certificate's main facts, its signature verified first. Exit codes as verify.") { File, Json };
        show.SetAction(async (result, cancellation) =>
        {
            var path = result.GetRequiredValue(File);
            var verdict = CertificateFile.Verify(path, KnownSigners.Load(GodwitHome.Folder()));
            if (result.GetValue(Json))
            {
                var (code, word) = Answer(verdict);
                var document = new JsonObject { ["verdict"] = word, ["text"] = verdict.Text };
                // Whole only where its signature says so.
                if (code is ExitCode.Done or ExitCode.Findings) document["certificate"] = JsonNode.Parse(await System.IO.File.ReadAllBytesAsync(path, cancellation));
                await result.InvocationConfiguration.Output.WriteLineAsync(document.ToJsonString());
                return code;
            }
            await CertificateFacts.PrintAsync(result.InvocationConfiguration.Output, path, verdict);
            return Answer(verdict).Code;
        });
        var export = new Command("export", "Writes the certificates of the moves of a runbook's newest run into files: <step>.certificate.json.") { RunbookOptions.File, RunCommands.Target, Out, RunbookOptions.Json };
        export.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "certificate export", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => new ExportSession(kinds, RunbookOptions.PathOf(result), result.GetValue(RunCommands.Target), console).RunAsync(Path.GetFullPath(result.GetRequiredValue(Out)), cancellation), cancellation));
        return new Command("certificate", "Certificates of finished moves and runs.") { show, verify, export };
    }

    private static (int Code, string Word) Answer(CertificateVerdict verdict) => verdict switch
    {
        CertificateVerdict.Valid => (ExitCode.Done, "valid"),
        CertificateVerdict.ValidRun { Known: true } => (ExitCode.Done, "valid"),
        CertificateVerdict.ValidUnknownSigner or CertificateVerdict.ValidRun => (ExitCode.Findings, "unknown-signer"),
        CertificateVerdict.BadSignature => (ExitCode.NotVerified, "bad-signature"),
        _ => (ExitCode.NotVerified, "not-a-certificate"),
    };
}
