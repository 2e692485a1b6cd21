using System.CommandLine;
using System.Text.Json;
using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Checks;
using Godwit.Engine.Requests;
using Godwit.Model.Findings;

namespace Godwit.Cli.Load;

/// <summary><c>godwit smoke FILE --url URL</c>: asks the requests of a file once, and says which were not answered as expected.</summary>
internal static class SmokeCommand
{
    public static Command Create()
    {
        var command = new Command("smoke", "Sends the requests of a file to a service, once, and says which were not answered as expected.") { ServiceOptions.File, ServiceOptions.Url, RunbookOptions.Json };
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "smoke", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration, console => AskAsync(result, console, cancellation), cancellation, next: null));
        return command;
    }

    private static async Task<int> AskAsync(ParseResult result, RunConsole console, CancellationToken cancellation)
    {
        var (file, findings) = RequestFileReader.ReadFile(result.GetRequiredValue(ServiceOptions.File));
        if (file is null) return console.Refuse(findings);
        if (ServiceOptions.UrlOf(result) is not ({ } url, _)) return console.Refuse([ServiceOptions.UrlOf(result).Fault!]);
        RunbookFindings.Print(console.Console, findings);
        var outcomes = await SmokeRun.AskAsync(file, url, ProcessEnvironment.Instance, TimeProvider.System, cancellation);
        foreach (var outcome in outcomes)
        {
            if (outcome.Stops) console.Console.Line($"[red]failed[/]  {outcome.Name}: {outcome.Saw}");
            else console.Console.Line($"[green]passed[/]  {outcome.Name}: {outcome.Saw}");
        }
        var failed = outcomes.Count(o => o.Stops);
        console.Console.Line(failed == 0 ? (FormattableString)$"[green]All {outcomes.Count} answered as expected[/]" : $"[red]{failed} of {outcomes.Count} not answered as expected[/]");
        var document = new SmokeDocument
        {
            Outcome = failed == 0 ? "passed" : "failed", ExitCode = failed == 0 ? ExitCode.Done : ExitCode.Findings,
            Requests = [.. outcomes.Select(o => new SmokeRequestDocument(o.Name, o.State switch { CheckState.Holds => "passed", CheckState.Fails => "failed", _ => "not-answered" }, o.Saw))],
            Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))],
        };
        if (console.Json) await result.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(document, LoadDocumentJson.Default.SmokeDocument));
        return document.ExitCode;
    }
}
