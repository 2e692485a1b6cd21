using System.Globalization;
using Godwit.Cli.Detaching;
using Godwit.Cli.Runs;
using Godwit.Engine.Processes;
using Godwit.Engine.Secrets;

namespace Godwit.Cli.Demo;

/// <summary>Carries out commands of <c>godwit</c> as a person would type them, and shows them.</summary>
/// <param name="console">Where the demo speaks.</param>
/// <param name="output">Where the commands' results go.</param>
/// <param name="error">Where their progress goes.</param>
/// <param name="time">The clock.</param>
/// <param name="apart">
/// Whether a shown command is a process of its own. It has to be where the demo itself has a SQLite file open: a process that closes any of its descriptors of a file gives up all locks
/// that it holds on it, those of SQLite too (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
/// </param>
internal sealed class DemoShell(RunConsole console, TextWriter output, TextWriter error, TimeProvider time, bool apart = false)
{
    /// <summary>Of what a command said, as much as a person reads to see why it ended.</summary>
    private const int LongestWords = 2000;

    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(2);

    /// <summary>The last shown command that did not end with 0, and the end of what it said: for programs, which were shown nothing.</summary>
    public string? LastWords { get; private set; }

    /// <summary>Shows the command, and what it says.</summary>
    /// <param name="shown">What a person would type in the runbook's folder.</param>
    /// <param name="more">What the demo adds: files, parameters.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="keep">Which lines are shown, where not all are; errors always are.</param>
    public async Task<int> RunAsync(string shown, IReadOnlyList<string> more, CancellationToken cancellation, Func<string, bool>? keep = null)
    {
        console.Note($"-- godwit {shown}");
        var began = time.GetTimestamp();
        string[] arguments = [.. Words(shown), .. more];
        using var unseen = new StringWriter(CultureInfo.InvariantCulture);
        var (results, progress) = console.Json ? (unseen, unseen) : (To(output, keep), To(error, keep));
        var code = apart ? await StartAsync(arguments, progress, cancellation) : await GodwitCommand.RunAsync(arguments, results, progress, cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (code != ExitCode.Done) LastWords = $"godwit {shown} ended with {code.ToString(CultureInfo.InvariantCulture)}{Tail(unseen.ToString().Trim())}";
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

    /// <summary>In a process of its own, which ends with this one.</summary>
    private async Task<int> StartAsync(IReadOnlyList<string> arguments, TextWriter to, CancellationToken cancellation)
    {
        await using var stream = new TextStream(to);
        var end = await ChildProgram.RunAsync(
            ThisProgram.Path, arguments, ThisProgram.Variables(), Environment.CurrentDirectory, ChildProgram.Longest, new SecretValues(), time, cancellation, keepOutput: false, stream);
        if (end is CommandEnd.Ended { ExitCode: { } code }) return code;
        console.Note($"godwit: {(end is CommandEnd.NotStarted { Reason: var reason } ? reason : "the command did not come to its end")}");
        return ExitCode.Fault;
    }

    private static string Tail(string said) => said.Length == 0 ? "" : $": {(said.Length > LongestWords ? said[^LongestWords..] : said)}";

    private static TextWriter To(TextWriter writer, Func<string, bool>? keep) => keep is null ? writer : new LineFilter(writer, keep);

    /// <summary>Of one command line; what stands in quotes is one word.</summary>
    private static IEnumerable<string> Words(string text) =>
        text.Split('"').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
