using System.CommandLine;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Adoption;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli.Adoption;

/// <summary><c>godwit adopt</c>: takes over a database that another tool migrated so far.</summary>
internal static class AdoptCommand
{
    private static readonly Option<string?> Baseline = new("--baseline") { Description = "This step, or the step of this file, and all before it are done: for SQL that nothing kept a history of.", HelpName = "STEP" };

    private static readonly Option<string?> Tool = new("--tool") { Description = "Whose history counts, where several tools have left one.", HelpName = "TOOL" };

    private static readonly Option<string?> Schema = new("--schema") { Description = "The schema of its table, where several have one.", HelpName = "NAME" };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what was found and what would be adopted; change nothing." };

    static AdoptCommand() => Tool.AcceptOnlyFromAmong([.. MigrationTools.Names]);

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("adopt", "Takes over a database that Flyway, EF Core, dbmate, Alembic, Prisma or plain SQL migrated so far.")
        { RunbookOptions.File, RunbookOptions.Set, Baseline, Tool, Schema, DryRun, RunCommands.Target, RunCommands.AcceptRewind, RunbookOptions.Json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Baseline) is not null && (result.GetValue(Tool) ?? result.GetValue(Schema)) is not null) result.AddError("--baseline looks at no history: it goes without --tool and --schema.");
        });
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "adopt", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => new AdoptSession(kinds, RunbookOptions.PathOf(result), RunbookOptions.SetOf(result), result.GetValue(RunCommands.Target), console)
            {
                Baseline = result.GetValue(Baseline), Tool = result.GetValue(Tool), Schema = result.GetValue(Schema), DryRun = result.GetValue(DryRun), AcceptRewind = result.GetValue(RunCommands.AcceptRewind),
            }.RunAsync(cancellation), cancellation));
        return command;
    }
}
