using System.Diagnostics;
using System.Text.Json;

namespace Godwit.Bench.Live;

/// <summary>This program once more, as the application or as the one who replays its log.</summary>
internal sealed class LedgerProcess : IDisposable
{
    private readonly Process _process;

    private LedgerProcess(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the application; it has asked its first once this returns.</summary>
    public static LedgerProcess Start(LedgerSettings settings)
    {
        var process = Begin("ledger", settings);
        if (process.StandardOutput.ReadLine() != "ready") throw new BenchException("the application did not start");
        return new LedgerProcess(process);
    }

    /// <summary>Ends the application, and gives what it has counted.</summary>
    public LedgerCounts Stop()
    {
        _process.StandardInput.Close();
        return Answer<LedgerCounts>(_process, "the application");
    }

    public static ReplayVerdict Replay(LedgerSettings settings)
    {
        using var process = Begin("replay", settings);
        return Answer<ReplayVerdict>(process, "the replay");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    /// <summary>Settings by standard input: every user of a machine reads the arguments of its processes, and a password is among them.</summary>
    private static Process Begin(string what, LedgerSettings settings)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [what]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        try
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(settings));
            process.StandardInput.Flush();
        }
        catch (IOException fault)
        {
            throw new BenchException($"`{what}` has ended before it was told what to do: {fault.Message}");
        }
        return process;
    }

    /// <summary>What it says at its end, which it says in full or not at all; why not, it has written to the same standard error as this program.</summary>
    private static T Answer<T>(Process process, string who)
    {
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        // 3 is a verdict too.
        if (process.ExitCode is not (0 or 3)) throw new BenchException($"{who} ended with {process.ExitCode}");
        return JsonSerializer.Deserialize<T>(said)!;
    }
}
