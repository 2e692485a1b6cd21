using System.Collections.Concurrent;
using System.Diagnostics;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Survival;

/// <summary>One <c>godwit</c> as a process of its own, in a folder of its own, that is watched, stopped and killed.</summary>
internal sealed class Mover : IAsyncDisposable
{
    private const int Interrupt = 2, Kill = 9, Continue = 18, Stop = 19;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = [];
    private volatile string _phase = "";

    private Mover(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The phase that it said last that it begins: the lines of a pipe are its progress.</summary>
    public string Phase => _phase;

    public string Output => string.Join('\n', _lines);

    public static Mover Start(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(GodwitProgram.Path, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new Mover(Process.Start(start)!);
    }

    /// <summary>Stops it where it is, so that what is looked at next is what a kill would find.</summary>
    public void Freeze() => Signal(Stop);

    public void Thaw() => Signal(Continue);

    public void PressControlC() => Signal(Interrupt);

    /// <summary>kill -9: returns when it is gone.</summary>
    public async Task KillAsync()
    {
        Signal(Kill);
        await EndAsync();
    }

    /// <summary>Waits for its end; one that does not end in minutes hangs, which fails the test.</summary>
    public async Task<int> EndAsync(TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Signal(Kill);
            Assert.Fail($"godwit did not end within {(patience ?? Patience).TotalSeconds} s\n{Output}");
        }
        return _process.ExitCode;
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited) ProcessTree.Signal(_process.Id, signal);
    }

    private void Take(string? line)
    {
        if (line is null) return;
        _lines.Enqueue(line);
        if (line.EndsWith(" ...", StringComparison.Ordinal)) _phase = line[..^4];
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }
}
