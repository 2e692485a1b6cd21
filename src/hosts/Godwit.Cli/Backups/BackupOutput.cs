using System.CommandLine;
using Godwit.Cli.Move;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;

namespace Godwit.Cli.Backups;

/// <summary>Where the commands about backups speak to, and what becomes of what is thrown.</summary>
internal sealed class BackupOutput
{
    private readonly TextWriter _output;
    private readonly MoveConsole _console;
    private readonly bool _json;
    private readonly string _command;

    private BackupOutput(ParseResult result, string command)
    {
        var configuration = result.InvocationConfiguration;
        _output = configuration.Output;
        _json = result.GetValue(MoveOptions.Json);
        _console = new MoveConsole(configuration.Output, configuration.Error, _json, showValues: false);
        _command = command;
    }

    public static async Task<int> GuardedAsync(ParseResult result, string command, Func<BackupOutput, Task<int>> act, CancellationToken cancellation)
    {
        var output = new BackupOutput(result, command);
        try
        {
            return await act(output);
        }
        catch (BackupException refused)
        {
            return output.Finish(refused.Findings, new BackupDocument { Command = command, Outcome = "refused", ExitCode = CodeOf(refused) });
        }
        catch (Exception fault)
        {
            var interrupted = cancellation.IsCancellationRequested;
            var message = interrupted ? "interrupted" : FaultText.Of(fault);
            if (!output._json) await result.InvocationConfiguration.Error.WriteLineAsync($"godwit: {message}");
            if (Environment.GetEnvironmentVariable("GODWIT_TRACE") is not null) await result.InvocationConfiguration.Error.WriteLineAsync(fault.ToString());
            return output.Finish([], new BackupDocument { Command = command, Outcome = interrupted ? "interrupted" : "fault", ExitCode = ExitCode.Fault, Fault = message });
        }
    }

    /// <summary>What was tried and broke is a fault; what was looked at and is wrong is a failed verification; the rest was refused before anything began.</summary>
    public static int CodeOf(BackupException refused) =>
        refused.Findings.Any(f => f.Code == FindingCodes.BackupFailed || f.Code == FindingCodes.RestoreFailed || f.Code == FindingCodes.BackupDestination || f.Code == FindingCodes.ReplayFailed) ? ExitCode.Fault
        : refused.Findings.Any(f => f.Code == FindingCodes.BackupChanged || f.Code == FindingCodes.BackupNotVerified || f.Code == FindingCodes.PointNotReached) ? ExitCode.NotVerified
        : ExitCode.Findings;

    public void Line(FormattableString text) => _console.Line(text);

    public void Note(string text) => _console.Note(text);

    public int Refuse(IReadOnlyList<Finding> findings, int exitCode = ExitCode.Findings) => Finish(findings, new BackupDocument { Command = _command, Outcome = "refused", ExitCode = exitCode });

    /// <summary>Prints the findings, or the document with them.</summary>
    public int Finish(IReadOnlyList<Finding> findings, BackupDocument document)
    {
        _console.Print(findings);
        if (_json) _output.WriteLine((document with { Command = _command, Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))] }).ToJson());
        return document.ExitCode;
    }
}
