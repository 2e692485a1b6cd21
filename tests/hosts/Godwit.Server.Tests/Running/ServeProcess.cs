using System.Diagnostics;
using System.Text.Json;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Running;

/// <summary><c>godwit serve</c> as a process of its own: the published program where GODWIT_PROGRAM names it, else those that were built with the tests.</summary>
internal sealed class ServeProcess : IDisposable
{
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly TaskCompletionSource<string> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly Task<string> _error;

    private ServeProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    public static ServeProcess Start(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var published = Environment.GetEnvironmentVariable("GODWIT_PROGRAM");
        var start = new ProcessStartInfo(published ?? Built("Godwit.Cli", "godwit"), ["serve", .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (published is null) start.Environment["GODWIT_SERVER_PROGRAM"] = Built("Godwit.Server", "godwit-server");
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return new ServeProcess(Process.Start(start)!);
    }

    /// <summary>Where it listens, once it does.</summary>
    public async Task<(Uri Public, Uri Metrics)> ListeningAsync()
    {
        using var line = JsonDocument.Parse(await _listening.Task);
        var fields = line.RootElement.GetProperty("fields");
        return (new Uri(fields.GetProperty("public").GetString()!), new Uri(fields.GetProperty("metrics").GetString()!));
    }

    public void Ask() => ProcessTree.Signal(_process.Id, Terminate);

    public async Task<(int ExitCode, string Error)> WaitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _reading;
        return (_process.ExitCode, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static string Built(string project, string program) => Path.Combine(RepositoryFolder.Path, "src", "hosts", project, "bin", "Release", "net10.0", program);

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_lines) _lines.Add(line);
            if (line.Contains("\"event\":\"Listening\"", StringComparison.Ordinal)) _listening.TrySetResult(line);
        }
        _listening.TrySetException(new InvalidOperationException($"it ended before it listened: {string.Join('\n', Lines)}\n{await _error}"));
    }
}
