using Godwit.Journeys.Runbooks;
using Godwit.Sqlite.Native;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Live;

/// <summary>A runbook that moves a bank's database live, switches and ends it.</summary>
internal static class LiveFolder
{
    private const string Phases = """
          backfill:
            steps:
              - {id: bank, move: {source: old, live: true}}
          switch:
            steps:
              - {id: over, cutover: {move: bank, limit: 60s}}
          contract:
            steps:
              - {id: end, release: bank, irreversible: the old side is kept no longer}
        """;

    public static async Task<RunbookFolder> PrepareAsync(PostgresServers servers, params IReadOnlyList<string> more)
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        using (var source = SqliteConnection.OpenForWriting(folder.In("bank.sqlite"))) foreach (var statement in Bank.Schema.Concat(more)) source.Execute(statement);
        return folder.Runbook(Phases, sources: "{old: {path: bank.sqlite}}");
    }

    public static string Schema(RunbookFolder folder)
    {
        using var source = SqliteConnection.OpenForReading(folder.In("bank.sqlite"));
        return source.QueryText("SELECT group_concat(type || name || coalesce(sql, ''), char(10)) FROM (SELECT * FROM sqlite_schema ORDER BY name)") ?? "";
    }

    public static Task<IReadOnlyCollection<string>> TextsAsync(RunbookFolder folder, string sql) => TextsAsync(folder.Target, sql);

    public static async Task<IReadOnlyCollection<string>> TextsAsync(TestDatabase database, string sql)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync()) texts.Add(reader.GetString(0));
        return texts;
    }
}
