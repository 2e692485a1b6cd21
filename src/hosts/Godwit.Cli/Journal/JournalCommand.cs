using System.CommandLine;
using Godwit.Cli.Move;
using Godwit.Engine.Journal;

namespace Godwit.Cli.Journal;

/// <summary><c>godwit journal verify</c> and <c>godwit journal export</c>: whether a run's record is what was written, and a copy of it elsewhere.</summary>
internal static class JournalCommand
{
    private static readonly Argument<string?> File = new("file") { Description = "An exported journal. Verifying it needs no database.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<string?> From = new("--to") { Description = "The run's target, whose journal is read.", HelpName = "URL" };

    private static readonly Option<string> Target = new("--to") { Description = "The run's target, whose journal is read.", HelpName = "URL", Required = true };

    private static readonly Option<Guid?> Run = new("--run") { Description = "The run; default: the one that began last.", HelpName = "ID" };

    private static readonly Option<string?> Against = new("--against") { Description = "An earlier export: everything in it must still be so.", HelpName = "EXPORT" };

    private static readonly Option<string[]> Head = new("--head") { Description = "A head that is known from elsewhere, as a report or a certificate prints it. Repeatable.", HelpName = "N:HASH" };

    private static readonly Option<string[]> Key = new("--key") { Description = "A public key (PEM or JWK) whose signatures count; default: the known signers of GODWIT_HOME. Repeatable.", HelpName = "FILE" };

    private static readonly Option<string?> Out = new("--out") { Description = "Where the export goes, or goes on; default: RUN.journal.jsonl here.", HelpName = "FILE" };

    public static Command Create() => new("journal", "The record of a run.") { Verify(), Export() };

    private static Command Verify()
    {
        var command = new Command(
            "verify", "Verifies a journal and names its first bad entry. Exit 0: whole, signed by a known key; 1: whole, by an unknown key or unsigned; 3: changed.")
        { File, From, Run, Against, Head, Key, MoveOptions.Json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(File) is null == result.GetValue(From) is null) result.AddError("Name an exported journal, or a target with --to.");
            foreach (var text in result.GetValue(Head) ?? [])
            {
                if (JournalPosition.TryParse(text) is null) result.AddError($"--head takes an entry's number and hash, such as 12:{new string('0', 8)}…, not {text}.");
            }
        });
        command.SetAction((result, cancellation) =>
        {
            var request = new VerifyRequest(
                result.GetValue(File), result.GetValue(From), result.GetValue(Run), result.GetValue(Against),
                [.. (result.GetValue(Head) ?? []).Select(JournalPosition.TryParse).OfType<JournalPosition>()], result.GetValue(Key) ?? []);
            return JournalOutput.GuardedAsync(result, "journal verify", output => new VerifySession(request, output).RunAsync(cancellation), cancellation);
        });
        return command;
    }

    private static Command Export()
    {
        var command = new Command("export", "Copies a run's journal into a file, or goes on with a copy that was made before.") { Target, Run, Out, MoveOptions.Json };
        command.SetAction((result, cancellation) => JournalOutput.GuardedAsync(
            result, "journal export",
            output => new ExportSession(result.GetRequiredValue(Target), result.GetValue(Run), result.GetValue(Out), output).RunAsync(cancellation), cancellation));
        return command;
    }
}

/// <summary>What is to be verified: an exported file, or the journal in a target.</summary>
internal sealed record VerifyRequest(string? File, string? To, Guid? Run, string? Against, IReadOnlyList<JournalPosition> Heads, IReadOnlyList<string> Keys);
