using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Godwit.Bench.Loads;

/// <summary>A small HTTP service on this machine's loopback interface, to be put under load: it answers at once.</summary>
internal static class LocalService
{
    public static async Task ServeAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        await using var application = builder.Build();
        application.MapGet("/", () => Results.Text("""{"status":"up"}""", "application/json"));
        application.MapPost("/login", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            var body = await reader.ReadToEndAsync();
            return Results.Text($$"""{"token":"t-{{body.Length}}"}""", "application/json");
        });
        await application.RunAsync();
    }
}
