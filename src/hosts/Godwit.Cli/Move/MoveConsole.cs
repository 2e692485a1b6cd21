using Godwit.Model.Findings;
using Spectre.Console;

namespace Godwit.Cli.Move;

/// <summary>
/// Where a command speaks to. Results and findings go to standard output, progress and faults to standard error; with <c>--json</c> standard output gets
/// the document and nothing else.
/// </summary>
internal sealed class MoveConsole
{
    private const int PipeWidth = 4096;

    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly bool _json;

    public MoveConsole(TextWriter output, TextWriter error, bool json, bool showValues)
    {
        _output = output;
        _error = error;
        _json = json;
        ShowValues = showValues;
        Out = Create(json ? TextWriter.Null : output, ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected);
    }

    /// <summary>For people; silent with <c>--json</c>.</summary>
    public IAnsiConsole Out { get; }

    public bool ShowValues { get; }

    /// <summary>What is true at this moment should the command be stopped: nothing was changed, or how to go on with what was.</summary>
    public string HowToGoOn { get; private set; } = "Nothing has been changed.";

    /// <summary>The command is about a run that is there, or may be; so far it has changed nothing.</summary>
    public void HasFound(string command) => HowToGoOn = $"Nothing has been changed by this command: `{command}` tries again.";

    /// <summary>The run is about to be put into the target: whether it was, only the target knows.</summary>
    public void Begins(RunPointer run) => HowToGoOn = $"Nothing has been changed, unless the run has just begun: `{run.Command("resume")}` finds out and goes on.";

    /// <summary>The run is in the target.</summary>
    public void HasBegun(RunPointer run) => HowToGoOn = $"What is done is kept: `{run.Command("resume")}` goes on, `{run.Command("abort")}` removes it.";

    /// <summary>The target says that the run is over.</summary>
    public void HasEnded(RunPointer run) => HowToGoOn = $"The run has ended: `{run.Command("resume")}` says how.";

    public void IsTold() => HowToGoOn = "The run has ended.";

    public ProgressDisplay StartProgress(TimeProvider time) =>
        new(_error, silent: _json, live: ReferenceEquals(_error, Console.Error) && !Console.IsErrorRedirected, time);

    public void Print(IReadOnlyList<Finding> findings) => FindingPrinter.Print(Out, findings, ShowValues);

    /// <summary>A line about the work at hand, beside its progress.</summary>
    public void Note(string text)
    {
        if (!_json) _error.WriteLine(text);
    }

    public void Line(FormattableString text) => Out.MarkupLineInterpolated(text);

    /// <summary>Ends a command: prints its document when one was asked for.</summary>
    public int Finish(MoveDocument document)
    {
        if (_json) _output.WriteLine(document.ToJson());
        return document.ExitCode;
    }

    private static IAnsiConsole Create(TextWriter writer, bool terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        // A terminal breaks long lines by itself, and then an option to copy out of one stays in one piece.
        console.Profile.Width = PipeWidth;
        return console;
    }
}
