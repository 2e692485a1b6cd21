using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Running;

/// <summary>One source, one empty database, and the commands between them.</summary>
public sealed class Journey : IDisposable
{
    private Journey(WorkFolder folder, TestDatabase target)
    {
        Folder = folder;
        Target = target;
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GODWIT_HOME"] = folder.File("home"),
            ["PGPASSFILE"] = target.Server.PassFile,
            ["PGPASSWORD"] = null,
        };
    }

    public WorkFolder Folder { get; }

    public TestDatabase Target { get; }

    public Dictionary<string, string?> Environment { get; }

    public static async Task<Journey> PrepareAsync(PostgresServers servers, int? version = null, params IReadOnlyList<string> statements)
    {
        return await PrepareAsync(version is { } major ? await servers.OfAsync(major) : await servers.DefaultAsync(), statements);
    }

    public static async Task<Journey> PrepareAsync(PostgresServer server, params IReadOnlyList<string> statements)
    {
        var folder = new WorkFolder();
        if (statements.Count > 0) folder.Make(statements);
        return new Journey(folder, await server.CreateDatabaseAsync(TestContext.Current.CancellationToken));
    }

    public static Task<Journey> PrepareAsync(PostgresServers servers, params IReadOnlyList<string> statements) => PrepareAsync(servers, version: null, statements);

    public Task<Outcome> MoveAsync(params IReadOnlyList<string> options) => RunAsync(["move", "--from", Folder.Source, "--to", Target.Url, "--json", .. options]);

    public Task<Outcome> VerifyAsync(params IReadOnlyList<string> options) => RunAsync(["verify", "--from", Folder.Source, "--to", Target.Url, "--json", .. options]);

    public Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => GodwitHere.RunAsync(Folder.Path, Environment, arguments);

    public GodwitProcess Start(params IReadOnlyList<string> arguments) => GodwitProcess.Start(Folder.Path, Environment, arguments);

    /// <summary>Runs statements at the target as its owner: what a person with psql would do.</summary>
    public Task PsqlAsync(string sql) => Target.ExecuteAsync(sql);

    /// <summary>Rows of the target, values as Npgsql gives them, NULL as null.</summary>
    public async Task<List<object?[]>> RowsAsync(string sql)
    {
        await using var connection = await Target.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++) row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            rows.Add(row);
        }
        return rows;
    }

    /// <summary>One row, its values.</summary>
    public async Task<object?[]> RowAsync(string sql) => Assert.Single(await RowsAsync(sql));

    /// <summary>The first column as text.</summary>
    public async Task<List<string?>> TextsAsync(string sql) => [.. (await RowsAsync(sql)).Select(r => r[0]?.ToString())];

    public void Dispose() => Folder.Dispose();
}
