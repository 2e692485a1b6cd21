using System.CommandLine;
using Godwit.Cli.Move;
using Godwit.Model.Findings;

namespace Godwit.Cli.Journal;

/// <summary>Where the journal's commands speak to, and what becomes of what is thrown.</summary>
internal sealed class JournalOutput
{
    private readonly TextWriter _output;
    private readonly MoveConsole _console;
    private readonly bool _json;
    private readonly string _command;

    private JournalOutput(ParseResult result, string command)
    {
        var configuration = result.InvocationConfiguration;
        _output = configuration.Output;
        _json = result.GetValue(MoveOptions.Json);
        _console = new MoveConsole(configuration.Output, configuration.Error, _json, showValues: false);
        _command = command;
    }

    public static async Task<int> GuardedAsync(ParseResult result, string command, Func<JournalOutput, Task<int>> act, CancellationToken cancellation)
    {
        var output = new JournalOutput(result, command);
        try
        {
            return await act(output);
        }
        catch (Exception fault)
        {
            var interrupted = cancellation.IsCancellationRequested;
            var message = interrupted ? "interrupted" : FaultText.Of(fault);
            if (!output._json) await result.InvocationConfiguration.Error.WriteLineAsync($"godwit: {message}");
            if (Environment.GetEnvironmentVariable("GODWIT_TRACE") is not null) await result.InvocationConfiguration.Error.WriteLineAsync(fault.ToString());
            return output.Finish([], new JournalDocument { Command = command, Outcome = interrupted ? "interrupted" : "fault", ExitCode = ExitCode.Fault, Fault = message });
        }
    }

    public void Line(FormattableString text) => _console.Line(text);

    public int Refuse(IReadOnlyList<Finding> findings, int exitCode, string? run = null) =>
        Finish(findings, new JournalDocument { Command = _command, Outcome = "refused", ExitCode = exitCode, Run = run });

    /// <summary>Prints the findings, or the document with them.</summary>
    public int Finish(IReadOnlyList<Finding> findings, JournalDocument document)
    {
        _console.Print(findings);
        if (_json) _output.WriteLine((document with { Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))] }).ToJson());
        return document.ExitCode;
    }
}
