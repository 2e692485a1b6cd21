using System.Net.Sockets;
using Godwit.Http.Health;
using Godwit.Http.Modules;
using Godwit.Http.Requests;
using Godwit.Model.Findings;
using Godwit.Security.Keyring;
using Godwit.Server.Keys;
using Godwit.Server.Settings;
using Godwit.Server.Stopping;
using Godwit.Telemetry.Logging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Godwit.Server.Starting;

/// <summary>Starts a host, lets it serve, and stops it in an order in which nobody loses an answer: it says that it stops, waits until that was seen, lets nobody in, finishes what it has begun, goes.</summary>
internal sealed class ServerRun(ServerParts parts, Func<string, string?> variable, TextWriter error)
{
    private static readonly LogEvent s_listening = new(2000, "Listening", LogLevel.Information, "version {version} listens on {public}, with metrics on {metrics}");
    private static readonly LogEvent s_notStarted = new(2001, "NotStarted", LogLevel.Error, "{why}");
    private static readonly LogEvent s_stopping = new(2002, "Stopping", LogLevel.Information, "stops: {requests} requests are at work");
    private static readonly LogEvent s_stopped = new(2003, "Stopped", LogLevel.Information, "stopped; every request was answered");
    private static readonly LogEvent s_cut = new(2004, "StoppedAtDeadline", LogLevel.Warning, "stopped at the deadline; {requests} requests were cut off");

    /// <summary>Where it listens, once it does: public, metrics.</summary>
    public TaskCompletionSource<(string Public, string Metrics)> Listening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="asked">Ends the serving.</param>
    /// <returns><see cref="ServerExit"/>.</returns>
    public async Task<int> RunAsync(Task asked)
    {
        await using var app = ServerHost.Build(parts);
        if (await StartAsync(app) is { } why)
        {
            parts.Log.Write(s_notStarted, LogField.Of("why", why));
            await error.WriteLineAsync($"error {FindingCodes.ServerNotStarted.Id} {why}");
            Listening.TrySetException(new IOException(why));
            return ServerExit.Fault;
        }
        var (reached, measured) = (app.Urls.First(), app.Urls.Last());
        parts.Log.Write(s_listening, LogField.Of("version", Health.ServerClock.Version), LogField.Of("public", reached), LogField.Of("metrics", measured + "/metrics"));
        if (!parts.Settings.Production) await error.WriteLineAsync($"Godwit serves on {reached} (development); metrics on {measured}/metrics");
        ServiceManager.Tell("READY=1", variable);
        Listening.TrySetResult((reached, measured));
        await asked;
        return await StopAsync(app);
    }

    private async Task<string?> StartAsync(WebApplication app)
    {
        try
        {
            // A host that cannot answer anything is better not started: who starts it learns why.
            await using var connection = await app.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            return $"{ServerSettings.Database.Name}: {Unreachable(e)}";
        }
        try
        {
            if (parts.MasterKey is { } master) await app.Services.GetRequiredService<PlatformKeyring>().OpenAsync(master, parts.Modules, CancellationToken.None);
            foreach (var module in parts.Modules) await module.PrepareAsync(app.Services, CancellationToken.None);
        }
        catch (Exception e) when (e is ModuleRefusedException or KeyringException)
        {
            return e.Message;
        }
        try
        {
            await app.StartAsync();
            return null;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return $"{ServerSettings.Listen.Name} or {ServerSettings.MetricsListen.Name}: another program listens there; choose other ports, or stop it";
        }
        catch (SocketException e)
        {
            return $"{ServerSettings.Listen.Name} or {ServerSettings.MetricsListen.Name}: the address cannot be listened on ({e.SocketErrorCode})";
        }
    }

    private async Task<int> StopAsync(WebApplication app)
    {
        var inFlight = app.Services.GetRequiredService<RequestsInFlight>();
        app.Services.GetRequiredService<HealthBoard>().Stop();
        ServiceManager.Tell("STOPPING=1", variable);
        parts.Log.Write(s_stopping, LogField.Of("requests", inFlight.Count));
        await Task.Delay(parts.Settings.Seconds(ServerSettings.StopNotice.Name), parts.Time);
        var deadline = parts.Settings.Seconds(ServerSettings.StopDeadline.Name);
        using var limit = new CancellationTokenSource(deadline, parts.Time);
        var cut = 0;
        await using (limit.Token.Register(() => cut = inFlight.Count))
        {
            try
            {
                await app.StopAsync(limit.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or AggregateException)
            {
                // What did not end is counted below.
            }
        }
        cut = Math.Max(cut, inFlight.Count);
        parts.Log.Write(cut == 0 ? s_stopped : s_cut, LogField.Of("requests", cut));
        return cut == 0 ? ServerExit.Done : ServerExit.Fault;
    }

    /// <summary>Why, without an address or a name.</summary>
    private static string Unreachable(Exception fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } => "the server refuses the user or the password",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => "the server has no such database",
        PostgresException p => $"the server refuses the connection ({p.SqlState})",
        NpgsqlException { InnerException: System.Security.Authentication.AuthenticationException } => "the server's certificate is not accepted",
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => "the server did not answer in time",
        _ => "the server cannot be reached; look at host and port, and whether it runs",
    };
}
