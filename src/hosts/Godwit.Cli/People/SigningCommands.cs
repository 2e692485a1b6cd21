using System.CommandLine;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Documents.Shapes;
using Godwit.Engine.People;
using Godwit.Engine.Runbooks;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.People;

/// <summary><c>godwit approve</c> and <c>godwit attest</c>: a person agrees, and signs it.</summary>
internal static class SigningCommands
{
    private static readonly Argument<string> Box = new("box") { Description = "The gate of the box, by its id.", HelpName = "BOX" };

    private static readonly Option<string?> Phase = new("--phase") { Description = "Which phase may begin; default: the first that lacks somebody.", HelpName = "PHASE" };

    private static readonly Option<bool> Rollback = new("--rollback") { Description = "Approve that the run is rolled back." };

    private static readonly Option<string?> Back = new("--to") { Description = "With --rollback: to the end of this phase, and not everything.", HelpName = "PHASE" };

    private static readonly Option<string?> Role = new("--role") { Description = "In which role; default: one that is asked for and that the person has.", HelpName = "ROLE" };

    public static readonly Option<string?> As = new("--as") { Description = "Who signs; default: whose private key is the only one here.", HelpName = "NAME" };

    public static readonly Option<string?> Key = new("--key") { Description = "The private key; default: people/NAME.pem in GODWIT_HOME.", HelpName = "FILE" };

    private static readonly Option<string?> Statement = new("--statement") { Description = "What the person adds in words of their own; it is kept in the target.", HelpName = "TEXT" };

    private static readonly Option<string?> Valid = new("--valid") { Description = "For how long it holds, when that is to be less than the runbook says, such as 12h.", HelpName = "TIME" };

    private static readonly Option<string?> Offline = new("--offline") { Description = "Sign a plan that `godwit plan --out` wrote, without reaching the database; with --as and --out.", HelpName = "PLAN" };

    private static readonly Option<string?> Out = new("--out") { Description = "Write the signed statement into this file instead of the target.", HelpName = "FILE" };

    private static readonly Option<string?> Import = new("--import") { Description = "Take in a statement that was signed elsewhere.", HelpName = "FILE" };

    static SigningCommands()
    {
        Phase.AcceptOnlyFromAmong([.. PhaseNames.All.Select(PhaseNames.Of)]);
        Back.AcceptOnlyFromAmong([.. PhaseNames.All.Select(PhaseNames.Of)]);
        Statement.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.Tokens[0].Value is var text && (text.Length > Engine.People.Statement.LongestText || text.Any(c => char.IsControl(c) && c is not '\n'))) result.AddError($"--statement takes at most {Engine.People.Statement.LongestText} characters of text");
        });
        Valid.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!DurationText.TryParse(result.Tokens[0].Value, out var time) || time < TimeSpan.FromMinutes(1))) result.AddError("--valid takes a length of time of at least 1m, such as 12h");
        });
        Role.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && PersonKeys.Fault("a role", result.Tokens[0].Value) is { } fault) result.AddError(fault);
        });
        As.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && PersonKeys.Fault("a name", result.Tokens[0].Value) is { } fault) result.AddError(fault);
        });
    }

    public static IEnumerable<Command> Create(RunbookKinds kinds)
    {
        var approve = new Command("approve", "Approves, with a person's own key, that a phase begins or that a run is rolled back.") { RunbookOptions.File, Phase, Rollback, Back, Import };
        approve.Validators.Add(result =>
        {
            if (result.GetValue(Back) is not null && !result.GetValue(Rollback)) result.AddError("--to is for --rollback.");
            if (result.GetValue(Rollback) && result.GetValue(Phase) is not null) result.AddError("Name --phase or --rollback, not both.");
            if (result.GetValue(Import) is not null && (result.GetValue(Offline) is not null || result.GetValue(Out) is not null)) result.AddError("--import takes what was signed; it goes without --offline and --out.");
        });
        yield return Complete(kinds, approve, result => result.GetValue(Rollback)
            ? new Wish(Purpose.ApproveRollback, PhaseOf(result.GetValue(Back)), null)
            : new Wish(Purpose.ApprovePhase, PhaseOf(result.GetValue(Phase)), null));
        yield return Complete(
            kinds, new Command("attest", "Attests, with a person's own key, that what a box of a checklist asks for is so.") { Box, RunbookOptions.File }, result => new Wish(Purpose.Attest, null, result.GetRequiredValue(Box)));
    }

    private static Command Complete(RunbookKinds kinds, Command command, Func<ParseResult, Wish> wish)
    {
        foreach (var option in (Option[])[Role, As, Key, Statement, Valid, Offline, Out, RunbookOptions.Set, RunCommands.Target, RunbookOptions.Json]) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Offline) is not null && result.GetValue(Out) is null) result.AddError("--offline goes with --out.");
        });
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            command.Name, result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console =>
            {
                var session = new SigningSession(kinds, RunbookOptions.PathOf(result), RunbookOptions.SetOf(result), result.GetValue(RunCommands.Target), console);
                if (command.Options.Contains(Import) && result.GetValue(Import) is { } import) return session.ImportAsync(import, cancellation);
                var signed = wish(result) with
                {
                    Role = result.GetValue(Role), As = result.GetValue(As), KeyFile = result.GetValue(Key), Text = result.GetValue(Statement), Valid = result.GetValue(Valid) is { } valid ? DurationText.Parse(valid) : null,
                };
                return result.GetValue(Offline) is { } plan ? Task.FromResult(session.SignOffline(signed, plan, result.GetRequiredValue(Out)!)) : session.SignAsync(signed, result.GetValue(Out), cancellation);
            }, cancellation, next: null));
        return command;
    }

    private static Phase? PhaseOf(string? name) => name is null ? null : PhaseNames.Find(name);
}
