using Godwit.Journeys.Running;
using Godwit.Journeys.Runbooks;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary><c>godwit move --live</c> writes a runbook that runs as it is.</summary>
public sealed class LiveCommandTests(PostgresServers servers)
{
    [Fact]
    public async Task From_PostgreSQL_it_writes_one_that_names_no_address()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        var source = await folder.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await source.ExecuteAsync("CREATE SCHEMA shop; CREATE TABLE shop.notes(id int PRIMARY KEY, text text); INSERT INTO shop.notes VALUES (1, 'one'), (2, 'two')");
        var written = (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["move", "--live", "--from", source.Url, "--from-schema", "shop", "--to", folder.Target.Url, "--schema", "app"])).MustBe(0);
        Assert.Contains("SOURCE_URL", written.Output, StringComparison.Ordinal);
        var file = Assert.Single(Directory.GetFiles(folder.Path, "runbook.yaml", SearchOption.AllDirectories));
        Assert.DoesNotContain(source.Name, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        folder.Environment["SOURCE_URL"] = source.Url;
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["run", file])).MustBe(0);
        Assert.Equal(2, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM app.notes"));
        Assert.Contains("writers at the new side", (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["status", file])).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_writes_moves_the_database_and_takes_its_writers_over()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        using (var source = SqliteConnection.OpenForWriting(folder.In("My notes.db")))
        {
            source.Execute("CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT)");
            source.Execute("INSERT INTO notes VALUES (1, 'one'), (2, 'two')");
        }
        Task<Outcome> GodwitAsync(params string[] arguments) => GodwitProcess.RunAsync(folder.Path, folder.Environment, arguments);
        (await GodwitAsync("move", "--live", "--from", "My notes.db", "--to", folder.Target.Url, "--schema", "app")).MustBe(0);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'app'"));
        // Nothing that somebody may have edited is written over.
        Assert.Contains("GW1618", (await GodwitAsync("move", "--live", "--from", "My notes.db", "--to", folder.Target.Url)).MustBe(1).Output, StringComparison.Ordinal);
        var file = folder.In("my-notes-live/runbook.yaml");
        (await GodwitAsync("check", file)).MustBe(0);
        (await GodwitAsync("run", file)).MustBe(0);
        Assert.Equal(2, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM app.notes"));
        // What a live move has no meaning for is refused, and leaves no folder.
        Assert.Contains("GW1770", (await GodwitAsync("move", "--live", "--quarantine", "--from", "other.db", "--to", folder.Target.Url)).MustBe(1).Output, StringComparison.Ordinal);
        var told = (await GodwitAsync("move", "--live", "--json", "--from", "My notes.db", "--to", "postgres://me:hunter2@127.0.0.1/x")).MustBe(1);
        Assert.Contains("GW1403", told.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", told.Output + told.Error, StringComparison.Ordinal);
        (await GodwitAsync("move", "--live", "--dry-run", "--from", "other.db", "--to", folder.Target.Url)).MustBe(1);
        Assert.False(Directory.Exists(folder.In("other-live")));
        Assert.Contains("schema app", (await GodwitAsync("endpoint", file)).MustBe(0).Output, StringComparison.Ordinal);
    }
}
