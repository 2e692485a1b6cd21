using System.Diagnostics;
using Godwit.TestServers;

namespace Godwit.Journeys.Running;

/// <summary>The built <c>godwit</c> as a process of its own: for what only a process shows.</summary>
public sealed class GodwitProcess : IDisposable
{
    private const int Continue = 18, Stop = 19;

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private GodwitProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static GodwitProcess Start(string folder, IReadOnlyDictionary<string, string?> environment, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(GodwitProgram.Path, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new GodwitProcess(Process.Start(start)!);
    }

    /// <summary>A process from its start to its end, with what it said.</summary>
    public static async Task<Outcome> RunAsync(string folder, IReadOnlyDictionary<string, string?> environment, IReadOnlyList<string> arguments)
    {
        using var process = Start(folder, environment, arguments);
        return await process.WaitAsync();
    }

    public async Task<Outcome> WaitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Outcome(_process.ExitCode, await _output, await _error);
    }

    /// <summary>SIGKILL, and its end.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGSTOP: it stays as it is, and gives no sign of life.</summary>
    public void Freeze() => ProcessTree.Signal(_process.Id, Stop);

    /// <summary>SIGCONT: it goes on as if no time had passed.</summary>
    public void Thaw() => ProcessTree.Signal(_process.Id, Continue);

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
