using System.CommandLine;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;

namespace Godwit.Cli.Backups;

/// <summary>Where the commands about backups speak to, and what becomes of what is thrown.</summary>
internal sealed class BackupOutput
{
    private readonly CommandFrame _frame;
    private readonly string _command;

    private BackupOutput(ParseResult result, string command) => (_frame, _command) = (new CommandFrame(result), command);

    public static Task<int> GuardedAsync(ParseResult result, string command, Func<BackupOutput, Task<int>> act, CancellationToken cancellation)
    {
        var output = new BackupOutput(result, command);
        return output._frame.GuardAsync(
            async () =>
            {
                try
                {
                    return await act(output);
                }
                catch (BackupException refused)
                {
                    return output.Finish(refused.Findings, new BackupDocument { Command = command, Outcome = "refused", ExitCode = CodeOf(refused) });
                }
            },
            (outcome, message) => output.Finish([], new BackupDocument { Command = command, Outcome = outcome, ExitCode = ExitCode.Fault, Fault = message }), cancellation);
    }

    /// <summary>What was tried and broke is a fault; what was looked at and is wrong is a failed verification; the rest was refused before anything began.</summary>
    public static int CodeOf(BackupException refused) =>
        refused.Findings.Any(f => f.Code == FindingCodes.BackupFailed || f.Code == FindingCodes.RestoreFailed || f.Code == FindingCodes.BackupDestination || f.Code == FindingCodes.ReplayFailed) ? ExitCode.Fault
        : refused.Findings.Any(f => f.Code == FindingCodes.BackupChanged || f.Code == FindingCodes.BackupNotVerified || f.Code == FindingCodes.PointNotReached) ? ExitCode.NotVerified
        : ExitCode.Findings;

    public void Line(FormattableString text) => _frame.Console.Line(text);

    public void Note(string text) => _frame.Console.Note(text);

    public int Refuse(IReadOnlyList<Finding> findings, int exitCode = ExitCode.Findings) => Finish(findings, new BackupDocument { Command = _command, Outcome = "refused", ExitCode = exitCode });

    /// <summary>Prints the findings, or the document with them.</summary>
    public int Finish(IReadOnlyList<Finding> findings, BackupDocument document)
    {
        _frame.Finish(findings, found => (document with { Command = _command, Findings = found }).ToJson());
        return document.ExitCode;
    }
}
