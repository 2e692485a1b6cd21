using System.CommandLine;
using Godwit.Cli.Move;
using Godwit.Model.Findings;

namespace Godwit.Cli;

/// <summary>Where a command speaks to that ends with a document of its own kind, and what becomes of what is thrown in it.</summary>
internal sealed class CommandFrame
{
    private readonly TextWriter _output, _error;
    private readonly bool _json;

    public CommandFrame(ParseResult result)
    {
        (_output, _error) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
        _json = result.GetValue(MoveOptions.Json);
        Console = new MoveConsole(_output, _error, _json, showValues: false);
    }

    public MoveConsole Console { get; }

    /// <param name="act">The command; what it refuses by an exception of its own, it catches.</param>
    /// <param name="broken">Ends it with an outcome, <c>interrupted</c> or <c>fault</c>, and a sentence.</param>
    /// <param name="cancellation">Whether it was interrupted.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> GuardAsync(Func<Task<int>> act, Func<string, string, int> broken, CancellationToken cancellation)
    {
        try
        {
            return await act();
        }
        catch (Exception fault)
        {
            var interrupted = cancellation.IsCancellationRequested;
            var message = interrupted ? "interrupted" : FaultText.Of(fault);
            if (!_json) await _error.WriteLineAsync($"godwit: {message}");
            if (Environment.GetEnvironmentVariable("GODWIT_TRACE") is not null) await _error.WriteLineAsync(fault.ToString());
            return broken(interrupted ? "interrupted" : "fault", message);
        }
    }

    /// <summary>Prints the findings, or the document with them.</summary>
    public void Finish(IReadOnlyList<Finding> findings, Func<IReadOnlyList<FindingDocument>, string> document)
    {
        Console.Print(findings);
        if (_json) _output.WriteLine(document([.. findings.Select(f => FindingDocument.From(f, showValues: false))]));
    }
}
