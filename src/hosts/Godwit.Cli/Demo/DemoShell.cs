using System.Globalization;
using Godwit.Cli.Runs;

namespace Godwit.Cli.Demo;

/// <summary>Carries out commands of <c>godwit</c> as a person would type them, in this process, and shows them.</summary>
/// <param name="console">Where the demo speaks.</param>
/// <param name="output">Where the commands' results go.</param>
/// <param name="error">Where their progress goes.</param>
internal sealed class DemoShell(RunConsole console, TextWriter output, TextWriter error, TimeProvider time)
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(2);

    /// <summary>Shows the command, and what it says.</summary>
    /// <param name="shown">What a person would type in the runbook's folder.</param>
    /// <param name="more">What the demo adds: files, parameters.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="keep">Which lines are shown, where not all are; errors always are.</param>
    public async Task<int> RunAsync(string shown, IReadOnlyList<string> more, CancellationToken cancellation, Func<string, bool>? keep = null)
    {
        console.Note($"-- godwit {shown}");
        var began = time.GetTimestamp();
        var code = await GodwitCommand.RunAsync([.. Words(shown), .. more], To(output, keep), To(error, keep), cancellation);
        cancellation.ThrowIfCancellationRequested();
        var took = time.GetElapsedTime(began);
        console.Note(string.Create(CultureInfo.InvariantCulture, $"   exit {code}{(took < s_long ? "" : $", {took.TotalSeconds:0.0} s")}"));
        return code;
    }

    /// <summary>Carries it out without a word, unless it ends otherwise than it should.</summary>
    public async Task<int> QuietlyAsync(string shown, IReadOnlyList<string> more, CancellationToken cancellation)
    {
        var said = new StringWriter(CultureInfo.InvariantCulture);
        var code = await GodwitCommand.RunAsync([.. Words(shown), .. more], said, said, cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (code != ExitCode.Done) console.Note($"-- godwit {shown}\n{said}");
        return code;
    }

    private TextWriter To(TextWriter writer, Func<string, bool>? keep) => console.Json ? TextWriter.Null : keep is null ? writer : new LineFilter(writer, keep);

    /// <summary>Of one command line; what stands in quotes is one word.</summary>
    private static IEnumerable<string> Words(string text) =>
        text.Split('"').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
