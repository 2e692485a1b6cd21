using System.Diagnostics;

namespace Godwit.Bench.Live;

/// <summary>When a command of godwit began, when it came to the switch, and when it ended, on the clock that the application counts by.</summary>
internal sealed record CommandTimes(long Began, long? Switch, long Ended)
{
    public double Seconds => Stopwatch.GetElapsedTime(Began, Ended).TotalSeconds;
}

internal static class GodwitCommand
{
    /// <param name="godwit">The program.</param>
    /// <param name="environment">What it finds the database and its own files by.</param>
    /// <param name="exitCode">What it has to end with.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="BenchException">It ended otherwise.</exception>
    public static CommandTimes Must(string godwit, IReadOnlyDictionary<string, string> environment, int exitCode, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(godwit, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var said = new List<string>();
        long? switched = null;
        while (process.StandardError.ReadLine() is { } line)
        {
            said.Add(line);
            if (line.StartsWith("switch ", StringComparison.Ordinal)) switched ??= Stopwatch.GetTimestamp();
        }
        process.WaitForExit();
        var ended = Stopwatch.GetTimestamp();
        if (process.ExitCode != exitCode) throw new BenchException($"godwit {arguments[0]} ended with {process.ExitCode}: {string.Join('\n', said)}\n{output.GetAwaiter().GetResult()}");
        return new CommandTimes(began, switched, ended);
    }
}
