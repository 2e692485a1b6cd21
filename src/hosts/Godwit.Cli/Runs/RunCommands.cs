using System.CommandLine;
using Godwit.Cli.Detaching;
using Godwit.Cli.Move;
using Godwit.Cli.People;
using Godwit.Cli.Runbooks;
using Godwit.Engine.People;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Runs;

/// <summary>The commands about runs of runbooks.</summary>
internal static class RunCommands
{
    public static readonly IReadOnlyDictionary<string, string> NoSet = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Of commands that are about moves too: a runbook is named, or stands here and no move is unfinished here.</summary>
    public static readonly Argument<string?> Runbook = new("runbook") { Description = "The runbook, or its folder.", Arity = ArgumentArity.ZeroOrOne, HelpName = "RUNBOOK" };

    public static readonly Option<string?> Target = new("--target") { Description = "The target, instead of what the runbook names; without a password.", HelpName = "URL" };

    private static readonly Option<string?> Back = new("--to") { Description = "Undo what came after this phase, and nothing before.", HelpName = "PHASE" };

    private static readonly Option<string[]> ApprovedBy = new("--approved-by")
    {
        Description = "Where nobody is pinned: who is said to have approved the rollback; goes into the journal as unproved. Repeatable.", HelpName = "ROLE: NAME", AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<string?> Override = new("--override") { Description = "Why it is rolled back where the decision matrix allows a forward fix only, or without an approval that it takes; goes into the journal.", HelpName = "REASON" };

    private static readonly Option<string?> Impact = new("--impact") { Description = "How much data it touches, where that is known to be more than the time since the switch tells.", HelpName = "IMPACT" };

    public static readonly Option<bool> Detach = new("--detach") { Description = "Leave it to a process of its own, and return once it holds the run." };

    public static readonly Option<string?> Log = new("--log") { Description = "With --detach: the file that the process prints to; default: one in logs/ of GODWIT_HOME.", HelpName = "FILE" };

    public static readonly Option<string?> Certificate = new("--certificate") { Description = "Where the signed certificate of a run that ends goes; default: NAME-RUN.certificate.json here.", HelpName = "FILE" };

    private static readonly Option<bool> Watch = new("--watch") { Description = "Show it anew until nobody is at work on the run, and end with the code that its runner ends with." };

    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(2);

    private static readonly Option<string?> Early = new("--early") { Description = "Why the old is removed before the runbook's retention is over; goes into the journal.", HelpName = "REASON" };

    public static readonly Option<bool> Wait = new("--wait") { Description = "Wait for people who have yet to approve or attest, instead of pausing." };

    private static readonly Option<bool> Sign = new("--sign") { Description = "Sign the plan as its author, with --as or --key: whoever approves it has to be somebody else." };

    private static readonly Option<string?> PlanOut = new("--out") { Description = "Write the plan into this file, for people who sign without the database; with --sign, the signature.", HelpName = "FILE" };

    private static readonly Option<bool> Markdown = new("--markdown") { Description = "Print the plan as Markdown, for a change request." };

    public static readonly Option<string?> Unknown = new("--unknown")
    {
        Description = "About a statement that was begun outside a transaction and whose end nobody saw: again, or done.", HelpName = "WHAT",
    };

    public static readonly Option<string?> Journal = new("--journal")
    {
        Description = "Copy the journal there while the run goes on: a file, a folder, or a URL that takes POSTs.", HelpName = "FILE|URL",
    };

    public static readonly Option<string?> AcceptRewind = new("--accept-rewind")
    {
        Description = "Why a target that went back in time, by a restore for instance, is gone on with; goes into the journal, signed.", HelpName = "REASON",
    };

    public static readonly Option<bool> Seen = new("--seen") { Description = "Somebody has looked at the tripwires that fired: they do not stop the run again until they were within their bounds." };

    private const string OnRecord = "What is done is on record: `godwit status` shows it, `godwit resume` goes on, `godwit rollback` goes back.";

    static RunCommands()
    {
        Journal.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && JournalPlace.Fault(result.Tokens[0].Value) is { } fault) result.AddError(fault);
        });
        ApprovedBy.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => RollbackApproval.Read(t.Value) is null)) result.AddError($"--approved-by takes \"role: name\", not {token.Value}");
        });
        Override.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && string.IsNullOrWhiteSpace(result.Tokens[0].Value)) result.AddError("--override takes a reason");
        });
        Impact.AcceptOnlyFromAmong([.. Enum.GetValues<RollbackImpact>().Select(RollbackRow.Word)]);
        AcceptRewind.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && string.IsNullOrWhiteSpace(result.Tokens[0].Value)) result.AddError("--accept-rewind takes a reason");
        });
        Back.AcceptOnlyFromAmong([.. PhaseNames.All.Select(PhaseNames.Of)]);
        Unknown.AcceptOnlyFromAmong("again", "done");
    }

    public static IEnumerable<Command> Create(RunbookKinds kinds)
    {
        yield return Act(
            kinds, "plan", "Shows what a run would do, and for every phase the way back.", [Markdown, Sign, SigningCommands.As, SigningCommands.Key, PlanOut],
            (session, result, token) => result.GetValue(Sign)
                ? session.Signing().SignAsync(new Wish(Purpose.SignPlan, null, null) { As = result.GetValue(SigningCommands.As), KeyFile = result.GetValue(SigningCommands.Key) }, result.GetValue(PlanOut), token)
                : result.GetValue(PlanOut) is { } file ? session.PlanFile().WriteAsync(file, token)
                : session.PlanAsync(result.GetValue(Markdown), result.InvocationConfiguration.Output, token));
        yield return Act(kinds, "run", "Carries out a runbook, to the end of observe.", [Journal, AcceptRewind, Certificate, Wait, Detach, Log], (session, _, token) => session.RunAsync(token));
        yield return Act(
            kinds, "status", "Shows where a run stands, why, and what going back now would take.", [Watch],
            (session, result, token) => session.Inquiries().StatusAsync(result.GetValue(Watch) ? WatchInterval : null, token));
        yield return Act(kinds, "pause", "Asks the runner of a run to stop after the part at hand.", [], (session, _, token) => session.Inquiries().PauseAsync(token));
        yield return Act(
            kinds, "rollback", "Undoes a run, the last step first, and looks whether it is as it was.", [Back, ApprovedBy, Override, Impact, Journal, AcceptRewind, Certificate, Wait, Detach, Log],
            (session, result, token) => session.RollBackAsync(result.GetValue(Back) is { } name ? PhaseNames.Find(name) : null, RequestOf(result), token));
        yield return Act(
            kinds, "finish", "Carries out contract: removes what the run has replaced.", [Early, Seen, Journal, AcceptRewind, Certificate, Wait, Detach, Log], (session, result, token) => session.FinishAsync(result.GetValue(Early), token));
        yield return Act(kinds, "endpoint", "Says which side of a live move is to be written to now.", [], (session, _, token) => session.Inquiries().EndpointAsync(token));
        yield return Act(kinds, "history", "Lists the runs of a target.", [], (session, _, token) => session.Inquiries().HistoryAsync(token));
    }

    private static RollbackRequest RequestOf(ParseResult result) => new(
        [.. (result.GetValue(ApprovedBy) ?? []).Select(a => RollbackApproval.Read(a)!)], result.GetValue(Override), RollbackRow.FindImpact(result.GetValue(Impact)));

    /// <summary>The runbook that a command is about, or null when it is about a move.</summary>
    public static string? RunbookOf(ParseResult result)
    {
        if (result.GetValue(Runbook) is { } named) return Directory.Exists(named) ? Path.Combine(named, RunbookOptions.FileName) : named;
        return RunPointer.All().Count == 0 && File.Exists(RunbookOptions.FileName) ? RunbookOptions.FileName : null;
    }

    private static Command Act(
        RunbookKinds kinds, string name, string description, IReadOnlyList<Option> more, Func<RunSession, ParseResult, CancellationToken, Task<int>> act)
    {
        var command = new Command(name, description) { RunbookOptions.File, RunbookOptions.Set, Target, RunbookOptions.Json };
        foreach (var option in more) command.Options.Add(option);
        command.SetAction((result, cancellation) => GuardAsync(
            name, result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => more.Contains(Detach) && result.GetValue(Detach) ? DetachedRun.StartAsync(result, result.GetValue(Log), console, cancellation) : act(new RunSession(kinds, RunbookOptions.PathOf(result), RunbookOptions.SetOf(result), result.GetValue(Target), console)
            {
                Journal = more.Contains(Journal) ? result.GetValue(Journal) : null,
                Certificate = more.Contains(Certificate) ? result.GetValue(Certificate) : null,
                AcceptRewind = more.Contains(AcceptRewind) ? result.GetValue(AcceptRewind) : null,
                Wait = more.Contains(Wait) && result.GetValue(Wait),
                Seen = more.Contains(Seen) && result.GetValue(Seen),
            }, result, cancellation), cancellation));
        return command;
    }

    /// <summary>Turns what is thrown into an exit code, a sentence and, with <c>--json</c>, a document.</summary>
    public static async Task<int> GuardAsync(string name, bool json, InvocationConfiguration configuration, Func<RunConsole, Task<int>> act, CancellationToken cancellation, string? next = OnRecord)
    {
        var console = new RunConsole(name, new MoveConsole(configuration.Output, configuration.Error, json, showValues: false), configuration.Output, json);
        try
        {
            return await act(console);
        }
        catch (Exception fault)
        {
            var interrupted = cancellation.IsCancellationRequested;
            var message = interrupted ? "interrupted" : FaultText.Of(fault);
            console.Note($"godwit: {message}{(next is null ? "" : $"\n        {next}")}");
            if (Environment.GetEnvironmentVariable("GODWIT_TRACE") is not null) await configuration.Error.WriteLineAsync(fault.ToString());
            return console.Finish(new RunDocument { Outcome = interrupted ? "interrupted" : "fault", ExitCode = ExitCode.Fault, Fault = message, Next = next });
        }
    }
}
