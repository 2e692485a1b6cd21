using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Godwit.Postgres.Clusters;
using Npgsql;

namespace Godwit.Cli.Dev;

/// <summary><c>godwit dev</c>: the private PostgreSQL server that Godwit brings along.</summary>
internal static class DevCommand
{
    internal static readonly Option<string> FolderOption = new("--folder")
    {
        Description = "The folder of the private server; default: GODWIT_DEV_FOLDER, else .local/postgres here.",
        HelpName = "PATH",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("GODWIT_DEV_FOLDER") is { Length: > 0 } folder
            ? folder
            : Path.Combine(".local", "postgres"),
    };

    internal static readonly Option<string?> BinariesOption = new("--bin")
    {
        Description = "The folder of PostgreSQL's initdb, pg_ctl and postgres; default: the newest on PATH and under /usr/lib/postgresql.",
        HelpName = "PATH",
        Recursive = true,
    };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "Print one JSON document.", Recursive = true };

    public static Command Create() =>
        new("dev", "The private PostgreSQL server in .local/postgres.")
        {
            FolderOption,
            BinariesOption,
            JsonOption,
            DevUp.Create(),
            DevDown.Create(),
            DevStatus.Create(),
            DevUrl.Create(),
            DevDrop.Create(),
        };

    /// <summary>Makes a command of an act on the cluster: its answer is printed as text or JSON, its faults as a sentence.</summary>
    /// <param name="note">What a person is told beside the answer, on standard error: <c>$(godwit dev url app)</c> is to be the answer alone.</param>
    public static Command Act<T>(
        Command command, Func<LocalCluster, ParseResult, CancellationToken, Task<T>> act, JsonTypeInfo<T> json, Action<T, TextWriter> print, Func<T, string>? note = null)
    {
        command.SetAction(async (result, cancellationToken) =>
        {
            var output = result.InvocationConfiguration.Output;
            var asJson = result.GetValue(JsonOption);
            var cluster = new LocalCluster(
                result.GetRequiredValue(FolderOption), new ClusterOptions { BinFolder = result.GetValue(BinariesOption) });
            try
            {
                var answer = await act(cluster, result, cancellationToken);
                if (asJson)
                    await output.WriteLineAsync(JsonSerializer.Serialize(answer, json));
                else
                    print(answer, output);
                if (!asJson && note is not null)
                    await result.InvocationConfiguration.Error.WriteLineAsync(note(answer));
                return ExitCode.Done;
            }
            catch (Exception e) when (e is ClusterException or NpgsqlException or IOException or UnauthorizedAccessException)
            {
                var fault = new DevFault(e.Message, (e as ClusterException)?.Remedy);
                if (asJson)
                    await output.WriteLineAsync(JsonSerializer.Serialize(fault, DevJson.Default.DevFault));
                else
                    await result.InvocationConfiguration.Error.WriteLineAsync($"godwit: {fault.Error}{(fault.Remedy is { } remedy ? $"\n        {remedy}" : "")}");
                return ExitCode.Fault;
            }
        });
        return command;
    }
}
