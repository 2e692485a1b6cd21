using System.CommandLine;
using System.CommandLine.Parsing;
using System.ComponentModel;
using System.Globalization;
using System.Security.Cryptography;
using Godwit.Cli.Runs;
using Godwit.Engine.Processes;
using Godwit.Security.Signing;

namespace Godwit.Cli.Detaching;

/// <summary>Leaves a command to a process of its own: the same command line without <c>--detach</c>, in a session that no terminal ends.</summary>
internal static class DetachedRun
{
    /// <summary>What a failure that the process could not put into words left in its log; more is there to be read.</summary>
    private const int LongestTail = 8000;

    public static async Task<int> StartAsync(ParseResult result, string? log, RunConsole console, CancellationToken cancellation)
    {
        var command = result.CommandResult.Command.Name;
        var path = Path.GetFullPath(log ?? DefaultLog(command));
        DetachedProcess process;
        await using (var file = OpenLog(path))
        {
            try
            {
                process = DetachedProcess.Start([ThisProgram.Path, .. ArgumentsOf(result)], [.. ThisProgram.Variables(), $"{Detachment.Variable}=1"], Environment.CurrentDirectory, file.SafeFileHandle);
            }
            catch (Win32Exception fault)
            {
                console.Note($"godwit: the process cannot be started: {fault.Message}");
                return console.Finish(new RunDocument { Outcome = "fault", ExitCode = ExitCode.Fault, Fault = fault.Message });
            }
        }
        using (process)
        {
            var said = await ListenAsync(process, cancellation);
            if (Guid.TryParse(said, out var run))
            {
                var next = $"`godwit status --watch` follows it, `godwit pause` asks it to stop; what it says is in {path}";
                console.Console.Line($"[green]At work:[/] run {run}, process {process.Id.ToString(CultureInfo.InvariantCulture)}.");
                console.Console.Line($"{next}");
                return console.Finish(new RunDocument { Outcome = "detached", ExitCode = ExitCode.Done, Run = run.ToString(), Process = process.Id, Log = path, Next = next });
            }
            var (code, signal) = await process.WaitAsync();
            return await ExplainAsync(said, code ?? ExitCode.Fault, signal, path, console, cancellation);
        }
    }

    private static async Task<string> ListenAsync(DetachedProcess process, CancellationToken cancellation)
    {
        try
        {
            return await process.ListenAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // It holds nothing yet: whoever does not want to wait for that does not want it.
            process.AskToEnd();
            throw;
        }
    }

    /// <summary>Why it came to no run, as it said it.</summary>
    private static async Task<int> ExplainAsync(string said, int code, int? signal, string path, RunConsole console, CancellationToken cancellation)
    {
        var text = await File.ReadAllTextAsync(path, cancellation);
        console.Print(text);
        if (RunDocument.TryRead(said) is { } document) return console.Finish(document with { ExitCode = code, Log = path });
        var tail = text.Length > LongestTail ? text[^LongestTail..] : text;
        var how = signal is { } number ? $"the process was ended by signal {number}" : $"the process ended with {code}";
        console.Note($"godwit: {how} before it held a run; what it said is in {path}");
        return console.Finish(new RunDocument { Outcome = code == ExitCode.Done ? "done" : "fault", ExitCode = code, Fault = $"{how}: {tail.Trim()}", Log = path });
    }

    private static IEnumerable<string> ArgumentsOf(ParseResult result) =>
        Without(result.Tokens.Where(t => t.Type != TokenType.Directive).Select(t => t.Value));

    /// <summary>Without what is the starting process's alone.</summary>
    private static IEnumerable<string> Without(IEnumerable<string> arguments)
    {
        var skip = false;
        foreach (var argument in arguments)
        {
            if (skip) skip = false;
            else if (argument == "--log") skip = true;
            else if (argument is not ("--detach" or "--json")) yield return argument;
        }
    }

    private static string DefaultLog(string command) => Path.Combine(
        GodwitHome.Folder(), "logs", string.Create(CultureInfo.InvariantCulture, $"{command}-{TimeProvider.System.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3))}.log"));

    /// <summary>For nobody but its owner: it says what a run does, and to what.</summary>
    private static FileStream OpenLog(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
