using System.Diagnostics;
using Godwit.Http.Answers;
using Godwit.Http.Health;
using Godwit.Http.Keys;
using Godwit.Http.Modules;
using Godwit.Http.Problems;
using Godwit.Http.Requests;
using Godwit.Http.Settings;
using Godwit.Server.Answers;
using Godwit.Server.Health;
using Godwit.Server.Keys;
using Godwit.Server.Metrics;
using Godwit.Server.Settings;
using Godwit.Telemetry.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Godwit.Server.Starting;

/// <summary>Composes Kestrel, what is common to all modules, and the modules. Nothing is read from files or variables of the framework's own: the builder is the empty one.</summary>
internal static class ServerHost
{
    private static readonly string[] s_meters = ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql"];

    public static WebApplication Build(ServerParts parts)
    {
        var (settings, modules) = (parts.Settings, parts.Modules);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "godwit-server", EnvironmentName = settings.Production ? "Production" : "Development", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddProvider(new RequestScopes(parts.Log));
        // Below a warning the framework tells paths, queries and statements.
        builder.Logging.SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, settings));
        var services = builder.Services;
        services.AddRouting();
        services.AddCors();
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = settings.Seconds(ServerSettings.RequestTimeout.Name), TimeoutStatusCode = Problem.Timeout.Status, WriteTimeoutResponse = context => ProblemBody.AnswerAsync(context, Problem.Timeout),
        });
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        // The deadline is ServerRun's, which counts what it cuts off.
        services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.Seconds(ServerSettings.StopDeadline.Name) + TimeSpan.FromSeconds(10));
        services.AddSingleton<IHostLifetime, NoLifetime>();
        services.AddSingleton(parts.Time);
        services.AddSingleton(settings);
        services.AddSingleton(services => parts.Database(services.GetRequiredService<ILoggerFactory>()));
        if (parts.Redis is { } redis) services.AddSingleton(_ => redis);
        services.AddSingleton(services => new PlatformKeyring(parts.KeyringDatabase ?? (() => throw new InvalidOperationException("no module needs keys")), settings, parts.Time));
        services.AddSingleton<IPlatformKeyring>(services => services.GetRequiredService<PlatformKeyring>());
        services.AddSingleton<RequestsInFlight>();
        services.AddSingleton(new ServerClock(parts.Time));
        services.AddSingleton<ProcessMeter>();
        services.AddSingleton<UnreadableRequests>();
        var meters = modules.SelectMany(m => m.Meters).Concat(s_meters).ToHashSet(StringComparer.Ordinal);
        services.AddSingleton(_ => new MetricCollection(meter => meters.Contains(meter) || meter.StartsWith("Godwit.", StringComparison.Ordinal)));
        services.AddSingleton(services => new HealthBoard(Checks(services, parts), parts.Time, services.GetRequiredService<ILogger<HealthBoard>>()));
        services.AddHostedService(services => new BackgroundRunner([.. modules.SelectMany(m => m.BackgroundWork(services))], parts.Time, services.GetRequiredService<ILogger<BackgroundRunner>>()));
        foreach (var module in modules) module.AddServices(services, settings);
        var app = builder.Build();
        Compose(app, settings, modules);
        return app;
    }

    private static IEnumerable<HealthCheck> Checks(IServiceProvider services, ServerParts parts)
    {
        yield return DependencyChecks.Database(services.GetRequiredService<Npgsql.NpgsqlDataSource>());
        if (services.GetService<Godwit.Redis.RedisClient>() is { } redis) yield return DependencyChecks.Redis(redis);
        foreach (var check in parts.Modules.SelectMany(m => m.HealthChecks(services))) yield return check;
    }

    private static void Configure(KestrelServerOptions kestrel, SettingValues settings)
    {
        kestrel.AddServerHeader = false;
        // Synchronous reads and writes hold a thread for as long as a client likes.
        kestrel.AllowSynchronousIO = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = settings.Whole(ServerSettings.BodyLimit.Name);
        limits.MaxRequestHeadersTotalSize = (int)settings.Whole(ServerSettings.HeaderLimit.Name);
        limits.MaxRequestLineSize = Math.Min(8192, limits.MaxRequestHeadersTotalSize);
        limits.MaxRequestHeaderCount = 64;
        limits.RequestHeadersTimeout = settings.Seconds(ServerSettings.HeaderTimeout.Name);
        limits.KeepAliveTimeout = settings.Seconds(ServerSettings.IdleTimeout.Name);
        limits.MaxConcurrentConnections = limits.MaxConcurrentUpgradedConnections = settings.Whole(ServerSettings.Connections.Name);
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate = new MinDataRate(settings.Whole(ServerSettings.LeastRate.Name), TimeSpan.FromSeconds(5));
        kestrel.Listen(Addresses.Read(settings.Text(ServerSettings.Listen.Name)), Public);
        kestrel.Listen(Addresses.Read(settings.Text(ServerSettings.MetricsListen.Name)), listen =>
        {
            Public(listen);
            MetricsPort.Mark(listen);
        });

        static void Public(ListenOptions listen)
        {
            // Without TLS there is no asking for another version.
            listen.Protocols = HttpProtocols.Http1;
            UnreadableRequests.Watch(listen);
        }
    }

    private static void Compose(WebApplication app, SettingValues settings, IReadOnlyList<IPlatformModule> modules)
    {
        app.Services.GetRequiredService<MetricCollection>();
        app.Services.GetRequiredService<ProcessMeter>();
        app.Services.GetRequiredService<DiagnosticListener>().Subscribe(app.Services.GetRequiredService<UnreadableRequests>(), name => name == UnreadableRequests.Event);
        var https = settings.TextOrNull(ServerSettings.PublicUrl.Name)?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ?? false;
        if (TrustedProxies.Of(settings) is { } proxies) app.UseMiddleware<ForwardedClient>(proxies);
        app.UseMiddleware<SecurityHeaders>(https);
        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<ProblemAnswers>();
        app.UseMiddleware<MetricsPort>();
        app.UseRouting();
        var origins = settings.List(ServerSettings.CorsOrigins.Name);
        if (origins.Count > 0) app.UseCors(cors => cors.WithOrigins([.. origins]).WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE").WithHeaders("authorization", "content-type", "traceparent", "x-api-key", "x-device-token").WithExposedHeaders("retry-after").SetPreflightMaxAge(TimeSpan.FromMinutes(10)));
        app.UseRequestTimeouts();
        HealthRoutes.Map(app, app.Services.GetRequiredService<HealthBoard>(), app.Services.GetRequiredService<ServerClock>());
        foreach (var module in modules) module.MapRoutes(app);
    }
}
