using System.Diagnostics;
using System.Globalization;

namespace Godwit.Bench.Timing;

/// <param name="Wall">Seconds.</param>
/// <param name="Processor">Seconds, user and system, of the process and its children; never the server's.</param>
/// <param name="Memory">Largest resident set, bytes.</param>
internal sealed record Measurement(double Wall, double Processor, long Memory, int ExitCode, string Output, string Error);

/// <summary>Runs a program under GNU time, which reads what the kernel counted for it.</summary>
internal static class TimedProcess
{
    public static Measurement Run(IReadOnlyDictionary<string, string> environment, string program, params IEnumerable<string> arguments) =>
        RunIn(Environment.CurrentDirectory, environment, program, arguments);

    /// <summary>In a folder, for programs that leave files where they are begun.</summary>
    private static Measurement RunIn(string folder, IReadOnlyDictionary<string, string> environment, string program, IEnumerable<string> arguments)
    {
        var counts = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("/usr/bin/time", ["-q", "-f", "%U %S %M", "-o", counts, program, .. arguments])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            foreach (var (name, value) in environment) start.Environment[name] = value;
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var wall = clock.Elapsed.TotalSeconds;
            var numbers = File.ReadAllText(counts).Split(' ', StringSplitOptions.TrimEntries)
                .Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            return new Measurement(wall, numbers[0] + numbers[1], (long)numbers[2] * 1024, process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        finally
        {
            File.Delete(counts);
        }
    }

    /// <exception cref="BenchException">The program failed.</exception>
    public static Measurement Must(IReadOnlyDictionary<string, string> environment, string program, params IEnumerable<string> arguments) =>
        Must(Environment.CurrentDirectory, environment, program, arguments);

    /// <exception cref="BenchException">The program failed.</exception>
    public static Measurement Must(string folder, IReadOnlyDictionary<string, string> environment, string program, params IEnumerable<string> arguments)
    {
        var run = RunIn(folder, environment, program, arguments);
        return run.ExitCode == 0 ? run : throw new BenchException($"{program} ended with {run.ExitCode}: {run.Error.Trim()} {run.Output.Trim()}");
    }
}
