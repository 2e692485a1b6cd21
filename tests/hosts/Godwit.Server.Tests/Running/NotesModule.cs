using System.Diagnostics.Metrics;
using Godwit.Http.Health;
using Godwit.Http.Modules;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Godwit.Server.Tests.Running;

/// <summary>A module as one is written: routes, a setting, a metric, a check and work beside the requests. Everything else in these tests it has for nothing.</summary>
internal sealed partial class NotesModule : IPlatformModule
{
    private static readonly Meter s_meter = new("Godwit.Notes");
    private static readonly Counter<long> s_written = s_meter.CreateCounter<long>("godwit.notes.written", null, "Notes that were written.");
    private int _rounds;

    public string Name => "notes";

    public IReadOnlyList<Setting> Settings { get; } = [Setting.Whole("NOTES_MOST", 10, 1, 100, "Notes a person may have"), new("NOTES_KEY", "Signs notes") { Secret = Godwit.Security.Secrets.SecretPolicy.Key }];

    public int Checked { get; private set; }

    public int Rounds => Volatile.Read(ref _rounds);

    public bool Well { get; set; } = true;

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void AddServices(IServiceCollection services, SettingValues settings) => services.AddSingleton(new NoteLimit(settings.Whole("NOTES_MOST")));

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var logger = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger<NotesModule>();
        routes.MapPost("/v1/notes", (RequestDelegate)(async context =>
        {
            var note = await JsonBody.ReadAsync(context, NoteJson.Default.Note);
            if (note.Text.Length == 0) throw new ProblemException(Problem.ValidationFailed(new FieldFault("text", "must not be empty")));
            s_written.Add(1);
            Written(logger, note.Text);
            context.Response.StatusCode = 201;
        }));
        routes.MapGet("/v1/notes/{id}", (RequestDelegate)(context => context.Response.WriteAsync(context.Request.RouteValues["id"] as string ?? "")));
        routes.MapGet("/v1/limit", (RequestDelegate)(context => context.Response.WriteAsync($"{context.RequestServices.GetRequiredService<NoteLimit>().Most}")));
        routes.MapGet("/v1/broken", (RequestDelegate)(_ => throw new InvalidOperationException("Q7Z of postgres://app:Q7Z@db/shop")));
        routes.MapGet("/v1/half", (RequestDelegate)(async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("Q7Z");
        }));
        routes.MapGet("/v1/endless", (RequestDelegate)(context => Task.Delay(Timeout.Infinite, context.RequestAborted)));
        routes.MapGet("/v1/slow", (RequestDelegate)(async context =>
        {
            Entered.TrySetResult();
            await GoOn.Task;
            await context.Response.WriteAsync("done");
        }));
        routes.MapGet("/v1/one", (RequestDelegate)(async context =>
        {
            await using var command = context.RequestServices.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT 1");
            await context.Response.WriteAsync($"{await command.ExecuteScalarAsync(context.RequestAborted)}");
        }));
    }

    public IEnumerable<HealthCheck> HealthChecks(IServiceProvider services) =>
    [
        new("notes", Vital: true, TimeSpan.FromSeconds(1), _ =>
        {
            Checked++;
            return Well ? Task.CompletedTask : throw new InvalidOperationException("Q7Z at db.internal:5432");
        }),
    ];

    public IEnumerable<BackgroundWork> BackgroundWork(IServiceProvider services) =>
    [
        new("notes-tidying", async stopping =>
        {
            if (Interlocked.Increment(ref _rounds) == 1) throw new InvalidOperationException("Q7Z");
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Stopped.TrySetResult();
        }),
    ];

    [LoggerMessage(9001, LogLevel.Information, "a note was written: {text}", EventName = "NoteWritten")]
    private static partial void Written(ILogger logger, string text);

    private sealed record NoteLimit(long Most);
}
