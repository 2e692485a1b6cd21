using System.Text;
using System.Text.Json;
using Godwit.Http.Modules;
using Godwit.Server.Starting;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Running;

/// <summary>A host in this process, as the program starts it: real Kestrel on free ports of the loopback interface, a real database.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private readonly TaskCompletionSource _asked;
    private readonly Task<int> _running;

    private Platform(Task<int> running, TaskCompletionSource asked, LogStream log, string reached, string metrics)
    {
        (_running, _asked, Log, Reached, MetricsUrl) = (running, asked, log, new Uri(reached), metrics);
        Client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1) }) { BaseAddress = Reached, Timeout = TimeSpan.FromSeconds(60) };
    }

    public Uri Reached { get; }

    public string MetricsUrl { get; }

    public HttpClient Client { get; }

    public LogStream Log { get; }

    public static Dictionary<string, string> Variables(TestDatabase database) => new(StringComparer.Ordinal)
    {
        ["GODWIT_ENVIRONMENT"] = "development", ["GODWIT_LISTEN"] = "127.0.0.1:0", ["GODWIT_METRICS_LISTEN"] = "127.0.0.1:0", ["GODWIT_STOP_NOTICE"] = "0", ["GODWIT_MODULES"] = "none",
        ["DATABASE_URL"] = database.Url, ["PGPASSFILE"] = database.Server.PassFile,
    };

    public static async Task<Platform> StartAsync(TestDatabase database, IReadOnlyList<IPlatformModule>? modules = null, params (string Name, string Value)[] variables)
    {
        var all = Variables(database);
        foreach (var (name, value) in variables) all[name] = value;
        var log = new LogStream();
        var writer = new StreamWriter(log, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var (parts, findings) = ServerProgram.Prepare(name => all.GetValueOrDefault(name), writer, modules ?? []);
        Assert.True(parts is not null, string.Join('\n', findings.Select(f => f.Message)));
        var run = new ServerRun(parts, name => all.GetValueOrDefault(name), TextWriter.Null);
        var asked = new TaskCompletionSource();
        var running = run.RunAsync(asked.Task);
        var (reached, metrics) = await run.Listening.Task;
        return new Platform(running, asked, log, reached, metrics);
    }

    public void AskToStop() => _asked.TrySetResult();

    public async Task<int> StopAsync()
    {
        AskToStop();
        return await _running;
    }

    public async Task<(int Status, JsonDocument Body)> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(path, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    public async Task<string> MetricsAsync(string accept = "text/plain")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, MetricsUrl + "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Client.Dispose();
    }
}
