using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backups;
using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups.Restoring;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Npgsql;

namespace Godwit.Postgres.Backups.Steps;

/// <summary>
/// The restore itself is all or nothing: names change at its end. That it began is remembered before, so that one that was killed after the names had changed may replace what it made.
/// </summary>
internal sealed class RestoreStep(string into, string? backup, string? replace) : IStep
{
    private const string Began = "began", Done = "restored";

    public string? Irreversible => null;

    public string UndoSummary => $"the restored database {into} stays: it is not the target";

    public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => BackupStep.InPlaceAsync(context, async place =>
    {
        Choose(place);
        await ReachAsync(context, cancellation);
        return StepResult.Done;
    });

    public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => BackupStep.InPlaceAsync(context, async place =>
    {
        var memory = new StepMemory(context);
        var (state, _) = await memory.ReadAsync(cancellation);
        if (state?.TextOrNull(Done) is not null) return StepResult.Done;
        var chosen = state?.TextOrNull(Began) is { } known ? place.Store.Find(known) ?? Choose(place) : Choose(place);
        var (server, database) = await ReachAsync(context, cancellation);
        var told = 0;
        var request = new RestoreRequest(place, replace ?? (state is null ? null : "this step had begun to replace it"))
        {
            Note = text => context.Progress.Report(++told, null, text), Time = context.Time,
            // Not before: a step that was refused, for what the database holds, has begun nothing, and may not replace it the next time either.
            BeforeSwap = () => memory.SaveAsync(new JsonObject { [Began] = chosen.Name }, 0, 1, cancellation),
        };
        var made = await DatabaseRestore.RunAsync(server, database, chosen, request, cancellation);
        await memory.SaveAsync(new JsonObject { [Began] = chosen.Name, [Done] = made.Database }, 1, 1, cancellation);
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["backup"] = chosen.Name, ["database"] = made.Database, ["took"] = $"{made.Took.TotalSeconds:0.0} s" };
        if (made.Former is { } former) evidence["former"] = former;
        foreach (var check in made.Checks) evidence[check.Name] = check.Saw;
        return new StepResult.Passed { Evidence = evidence };
    });

    public async Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation)
    {
        var (state, _) = await new StepMemory(context).ReadAsync(cancellation);
        return state?.TextOrNull(Done) is not null ? StepResult.Done : StepResult.Fail(FindingCodes.RestoreFailed, "the backup was not restored");
    }

    public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => new StepMemory(context).ForgetAsync(cancellation);

    private StoredBackup Choose(BackupPlace place) =>
        (backup is null ? place.Store.List().FirstOrDefault(b => b is { Verification: not null, Manifest.Method: BackupMethod.Logical }) : place.Store.Find(backup))
        ?? throw new BackupException(FindingCodes.BackupUnknown, backup is null ? "no destination holds a verified backup of a database" : $"no destination holds a backup {backup}", "Take and verify one: a step `backup` does.");

    private async Task<(PostgresTarget Server, string Database)> ReachAsync(StepContext context, CancellationToken cancellation)
    {
        if (!context.Sources.TryGetValue(into, out var source)) throw new BackupException(FindingCodes.SourceUndeclared, $"the source \"{into}\" is not declared");
        var address = source.Environment is { } variable ? OutsideValue.Find(context.Environment, variable)
            : source.File is { } file ? (await File.ReadAllTextAsync(Path.GetFullPath(file, Path.GetFullPath(context.Folder)), cancellation)).Trim() : null;
        if (address is null) throw new BackupException(FindingCodes.SourceNotNamed, $"where the source \"{into}\" is, is not said", "Set its variable to a PostgreSQL URL.");
        var (text, environment) = SecretUrl.Split(address, ConnectionEnvironment.Process);
        var url = PostgresUrl.Parse(text, environment);
        if (url.Url is null) throw new BackupException(url.Findings);
        var reading = await PostgresTarget.ConnectAsync(url.Url with { Database = "postgres" }, environment, cancellation);
        var server = reading.Target ?? throw new BackupException(reading.Findings);
        if (context.Target is not IHoldsMoves held) throw new InvalidOperationException("this target cannot be restored beside");
        var target = await IdentifyAsync(held.Moves.Target, held.Moves.Target.Url.Database, cancellation);
        if (await IdentifyAsync(server, url.Url.Database, cancellation) is { Database: not null } found && found == target)
        {
            throw new BackupException(
                FindingCodes.RestoreIntoTarget, $"the source \"{into}\" is the target itself, or a copy of its server: no run outlives the database that it is in",
                "Name another database; the target itself is restored by `godwit backup restore`.");
        }
        return (server, url.Url.Database);
    }

    /// <summary>Which database of which server, whatever the addresses say; no oid where there is none of that name.</summary>
    private static async Task<(string System, string? Database)> IdentifyAsync(PostgresTarget server, string database, CancellationToken cancellation)
    {
        await using var source = server.OpenSource(new SessionSettings { RunId = "restore", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT (SELECT system_identifier::text FROM pg_control_system()), (SELECT oid::text FROM pg_database WHERE datname = $1)", connection) { Parameters = { new() { Value = database } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1));
    }
}
