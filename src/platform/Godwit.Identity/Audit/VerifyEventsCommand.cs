using System.Text.Json;
using System.Text.Json.Serialization;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Identity.Audit;

/// <summary><c>godwit-server verify-events</c>, which <c>godwit audit verify</c> becomes: holds every security event against the signed blocks.</summary>
public static partial class VerifyEventsCommand
{
    public const string Name = "verify-events";

    /// <param name="database">The service's database.</param>
    /// <param name="home">The folder with the keys that may have signed (<see cref="KnownSigners"/>).</param>
    /// <param name="json">One document, instead of words.</param>
    /// <param name="output">Where the result goes.</param>
    /// <param name="error">Where a fault goes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>0: all is as it was sealed; 3: something is not; 4: it could not be looked at.</returns>
    public static async Task<int> RunAsync(NpgsqlDataSource database, string home, bool json, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            var report = await EventAudit.VerifyAsync(connection, KnownSigners.Load(home), cancellation);
            if (json) await output.WriteLineAsync(JsonSerializer.Serialize(report, Shape.Default.AuditReport));
            else await WriteAsync(report, output);
            return report.Fault is null ? 0 : 3;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            await error.WriteLineAsync("error: the database has no schema of the identity service (runbooks/identity)");
            return 4;
        }
        catch (Exception e) when (e is NpgsqlException or SigningKeyException or IOException or TimeoutException)
        {
            await error.WriteLineAsync($"error: the log could not be looked at: {(e is SigningKeyException ? e.Message : "the database cannot be reached, or refuses")}");
            return 4;
        }
    }

    private static async Task WriteAsync(AuditReport report, TextWriter output)
    {
        if (report.Fault is { } fault) await output.WriteLineAsync($"NOT VERIFIED: block {fault.Block}: {fault.What}");
        else await output.WriteLineAsync("Verified: every security event is as it was sealed.");
        await output.WriteLineAsync($"{report.Blocks} blocks, {report.Events} events; {report.Erased} of people who were erased, {report.Dropped} of months that retention dropped, {report.Unsealed} not sealed yet");
        await output.WriteLineAsync($"The last block: {report.LastBlock}. Keep it elsewhere: blocks that are cut off at the end are noticed by it alone.");
    }

    [JsonSerializable(typeof(AuditReport))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
    private sealed partial class Shape : JsonSerializerContext;
}
