using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Cli.Load;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Documents.Shapes;
using Godwit.Engine.Audit;
using Godwit.Engine.Gates.Audit;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Audit;

namespace Godwit.Cli.Audit;

/// <summary><c>godwit audit</c>: what an audit gate of a runbook sees, without a run; or a database, folder or service by itself.</summary>
internal static class AuditCommand
{
    private static readonly Argument<string?> File = new("runbook") { Description = "A runbook, or its folder: what its audit gate says is looked at.", Arity = ArgumentArity.ZeroOrOne, HelpName = "RUNBOOK" };

    private static readonly Option<string?> Gate = new("--gate") { Description = "The audit gate, where the runbook has several; default: the first.", HelpName = "ID" };

    private static readonly Option<string?> Folder = new("--folder") { Description = "A folder to look at, instead of a runbook's.", HelpName = "DIR" };

    private static readonly Option<bool> List = new("--list") { Description = "Print what it looks for, as a table in Markdown." };

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("audit", "Looks for weaknesses of a database, a runbook's folder, an HTTP service and keys; changes nothing.")
        { File, Gate, RunbookOptions.Set, RunCommands.Target, ServiceOptions.Url, Folder, List, RunbookOptions.Json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(List)) return;
            if (result.GetValue(File) is null && result.GetValue(RunCommands.Target) is null && result.GetValue(ServiceOptions.Url) is null && result.GetValue(Folder) is null)
                result.AddError("Name what is audited: a runbook, --target, --url or --folder.");
            if (result.GetValue(File) is null && result.GetValue(Gate) is not null) result.AddError("--gate is one of a runbook.");
        });
        command.Subcommands.Add(VerifyEventsCommand.Create());
        command.Subcommands.Add(VerifyArchiveCommand.Create());
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "audit", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration, console => LookAsync(kinds, result, console, cancellation), cancellation, next: null));
        return command;
    }

    private static async Task<int> LookAsync(RunbookKinds kinds, ParseResult result, RunConsole console, CancellationToken cancellation)
    {
        if (result.GetValue(List)) return PrintChecks(result.InvocationConfiguration.Output);
        Runbook? runbook = null;
        if (result.GetValue(File) is { } named)
        {
            var reading = new RunbookReader(kinds).ReadFile(Directory.Exists(named) ? Path.Combine(named, RunbookOptions.FileName) : named, RunbookOptions.SetOf(result));
            if (reading.Runbook is null) return console.Refuse(reading.Findings);
            var planning = new RunbookPlanner(kinds).Plan(reading.Runbook);
            if (planning.Plan is null) return console.Refuse(planning.Findings);
            runbook = reading.Runbook;
        }
        if (SettingsOf(runbook, result) is not { } settings) return console.Refuse([Finding.Error(FindingCodes.KindSettings, $"The runbook has no audit gate {result.GetValue(Gate)}")], ExitCode.Usage);
        ConnectionAuditSession? session = null;
        if (settings.Database is not null)
        {
            var reached = await RunTarget.ReachAsync(result.GetValue(RunCommands.Target), runbook?.Target, runbook?.Folder ?? Directory.GetCurrentDirectory(), cancellation);
            if (reached.Target is null) return console.Refuse(reached.Findings);
            session = new ConnectionAuditSession(reached.Target);
        }
        var folder = result.GetValue(Folder) ?? runbook?.Folder ?? Directory.GetCurrentDirectory();
        await using (session)
        {
            var answers = await new Auditor(new PostgresDatabaseAudit()).LookAsync(settings, session, folder, ProcessEnvironment.Instance, TimeProvider.System, cancellation);
            return await TellAsync(settings, answers, console, result.InvocationConfiguration.Output);
        }
    }

    /// <summary>What an earlier audit of a run saw is known to runs only.</summary>
    private static AuditSettings? SettingsOf(Runbook? runbook, ParseResult result)
    {
        var gates = runbook?.Phases.SelectMany(p => p.Gates).Where(g => g.Kind == AuditGateKind.KindName).ToList() ?? [];
        var gate = result.GetValue(Gate) is { } id ? gates.Find(g => g.Id == id) : gates.FirstOrDefault();
        if (gate is null && result.GetValue(Gate) is not null) return null;
        var written = gate?.Settings.DeepClone().AsObject() ?? new JsonObject { ["fails_on"] = "error", ["unseen"] = "opens", ["key_age"] = "90d", ["folder"] = runbook is not null };
        if (gate is null && (runbook is not null || result.GetValue(RunCommands.Target) is not null)) written["database"] = Normal("database");
        if (result.GetValue(Folder) is not null) written["folder"] = true;
        if (result.GetValue(ServiceOptions.Url) is { } url)
        {
            var service = written["service"]?.AsObject() ?? Normal("service");
            service.Remove("url_env");
            service["url"] = url;
            written["service"] = service;
        }
        return AuditSettings.Read(written) with { Baseline = null };
    }

    /// <summary>The normal form of a part of which nothing is said: defaults alone.</summary>
    private static JsonObject Normal(string part)
    {
        var field = AuditSettings.Shape.Fields.First(f => f.Name == part);
        return (JsonObject)ShapeDefault.ReadNormal(field with { Default = "{}" })!;
    }

    private static async Task<int> TellAsync(AuditSettings settings, IReadOnlyList<AuditAnswer> answers, RunConsole console, TextWriter output)
    {
        var verdict = new AuditVerdict(settings, answers, earlier: null);
        foreach (var group in verdict.Items.GroupBy(i => i.Check).OrderByDescending(g => g.Key.Severity)) Print(console, group.Key, [.. group]);
        foreach (var unseen in verdict.NotSeen) console.Console.Line($"[grey]unseen[/]   {unseen.Check.Id}: {unseen.Why}");
        var counted = verdict.Items.Where(i => i.Standing == AuditStanding.Counts).ToList();
        var (errors, warnings) = (counted.Count(i => i.Check.Severity == Severity.Error), counted.Count(i => i.Check.Severity == Severity.Warning));
        var sum = $"{answers.Count(a => a.State == AuditState.Holds)} checks hold; {errors} errors, {warnings} warnings, {verdict.Items.Count - counted.Count} ignored; {verdict.NotSeen.Count()} checks could not look, {answers.Count(a => a.State == AuditState.NotAsked)} were not asked";
        if (errors > 0) console.Console.Line($"[red]{sum}[/]");
        else console.Console.Line($"[green]{sum}[/]");
        var document = new AuditDocument
        {
            Outcome = errors > 0 ? "found" : "passed", ExitCode = errors > 0 ? ExitCode.Findings : ExitCode.Done,
            Checks = [.. answers.Select(a => AuditCheckDocument.Of(a, verdict.Items.Where(i => i.Check == a.Check)))],
        };
        if (console.Json) await output.WriteLineAsync(JsonSerializer.Serialize(document, AuditDocumentJson.Default.AuditDocument));
        return document.ExitCode;
    }

    private static int PrintChecks(TextWriter output)
    {
        output.WriteLine("| check | severity | finds | why it matters | what to do | asked when | needs |\n|---|---|---|---|---|---|---|");
        foreach (var check in new Auditor(new PostgresDatabaseAudit()).Checks)
            output.WriteLine($"| `{check.Id}` | {check.Severity.ToString().ToLowerInvariant()} | {check.Finds} | {check.Reason} | {check.Remedy} | {check.AskedWhen} | {check.Needs} |");
        return ExitCode.Done;
    }

    private static void Print(RunConsole console, AuditCheck check, IReadOnlyList<AuditItem> items)
    {
        if (check.Severity == Severity.Error) console.Console.Line($"[red]error[/]    {check.Id}: {check.Finds}");
        else console.Console.Line($"[yellow]warning[/]  {check.Id}: {check.Finds}");
        foreach (var item in items)
        {
            if (item.Ignored is { } ignored) console.Console.Line($"           {item.Subject} (ignored: {ignored.Reason})");
            else console.Console.Line($"           {item.Subject}");
        }
        console.Console.Line($"           [cyan]{check.Remedy}[/]");
    }
}
