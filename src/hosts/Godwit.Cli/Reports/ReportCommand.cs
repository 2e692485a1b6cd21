using System.CommandLine;
using Godwit.Cli.Journal;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Reports;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli.Reports;

/// <summary><c>godwit report</c>: a run in one signed file, for whoever was not there; <c>godwit report verify</c>: whether it still is what was signed.</summary>
internal static class ReportCommand
{
    private static readonly Option<Guid?> Run = new("--run") { Description = "Which run; default: the newest of the runbook.", HelpName = "ID" };

    private static readonly Option<string?> Html = new("--html") { Description = "Write one HTML page, without scripts, into this file.", HelpName = "FILE" };

    private static readonly Option<string?> Markdown = new("--markdown") { Description = "Write Markdown into this file; without either, it is printed.", HelpName = "FILE" };

    private static readonly Option<string> For = new("--for")
    {
        Description = "Whom it is for: full; auditors, without the schemas; stakeholders, one page; post-mortem, what is on record after something went wrong.", HelpName = "WHOM", DefaultValueFactory = _ => ReportKinds.Word(ReportKind.Full),
    };

    private static readonly Argument<string> Report = new("report") { Description = "A report that was written.", HelpName = "REPORT" };

    private static readonly Option<string[]> Key = new("--key") { Description = "A public key whose signature counts (PEM or JWK), instead of those known here. Repeatable.", HelpName = "FILE" };

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("report", "Writes what a run was into one signed file.") { RunbookOptions.File, Run, For, Html, Markdown, RunCommands.Target, RunbookOptions.Json, Verify() };
        For.AcceptOnlyFromAmong([.. ReportKinds.Words]);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Html) is not null && result.GetValue(Markdown) is not null) result.AddError("Name --html or --markdown, not both.");
        });
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "report", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => new ReportSession(kinds, RunbookOptions.PathOf(result), result.GetValue(RunCommands.Target), console)
                .WriteAsync(result.GetValue(Run), ReportKinds.Find(result.GetValue(For)!) ?? ReportKind.Full, result.GetValue(Html), result.GetValue(Markdown), result.InvocationConfiguration.Output, cancellation),
            cancellation));
        return command;
    }

    private static Command Verify()
    {
        var command = new Command("verify", "Verifies a report's signature. Exit 0: as signed, by a known key; 1: by an unknown key, or not signed; 3: changed.") { Report, Key, RunbookOptions.Json };
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "report verify", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => Task.FromResult(ReportCheck.Verify(result.GetRequiredValue(Report), result.GetValue(Key) ?? [], console)), cancellation));
        return command;
    }
}
