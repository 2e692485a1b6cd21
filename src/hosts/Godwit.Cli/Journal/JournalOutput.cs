using System.CommandLine;
using Godwit.Model.Findings;

namespace Godwit.Cli.Journal;

/// <summary>Where the journal's commands speak to, and what becomes of what is thrown.</summary>
internal sealed class JournalOutput
{
    private readonly CommandFrame _frame;
    private readonly string _command;

    private JournalOutput(ParseResult result, string command) => (_frame, _command) = (new CommandFrame(result), command);

    public static Task<int> GuardedAsync(ParseResult result, string command, Func<JournalOutput, Task<int>> act, CancellationToken cancellation)
    {
        var output = new JournalOutput(result, command);
        return output._frame.GuardAsync(
            () => act(output), (outcome, message) => output.Finish([], new JournalDocument { Command = command, Outcome = outcome, ExitCode = ExitCode.Fault, Fault = message }), cancellation);
    }

    public void Line(FormattableString text) => _frame.Console.Line(text);

    public int Refuse(IReadOnlyList<Finding> findings, int exitCode, string? run = null) =>
        Finish(findings, new JournalDocument { Command = _command, Outcome = "refused", ExitCode = exitCode, Run = run });

    /// <summary>Prints the findings, or the document with them.</summary>
    public int Finish(IReadOnlyList<Finding> findings, JournalDocument document)
    {
        _frame.Finish(findings, found => (document with { Findings = found }).ToJson());
        return document.ExitCode;
    }
}
