using Godwit.Journeys.Running;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>SQLite databases, while somebody writes to them.</summary>
public sealed class SqliteBackupTests
{
    [Theory]
    [InlineData("wal")]
    [InlineData("delete")]
    public async Task A_database_in_use_is_backed_up_verified_and_restored(string mode)
    {
        using var folder = new WorkFolder();
        folder.Make($"PRAGMA journal_mode = {mode}", "CREATE TABLE notes (id INTEGER PRIMARY KEY, body, blob)",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO notes SELECT i, 'note ' || i, randomblob(40) FROM n");
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["GODWIT_HOME"] = folder.File("home"), ["GODWIT_STAGING"] = folder.File("staging") };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var writer = Task.Run(async () =>
        {
            using var connection = SqliteConnection.OpenForWriting(folder.Source);
            connection.SetBusyTimeout(TimeSpan.FromSeconds(30));
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                connection.Execute($"UPDATE notes SET body = 'changed {i}' WHERE id = {i % 20000 + 1}");
                await Task.Delay(5, CancellationToken.None);
            }
        }, stop.Token);
        (await RunAsync("create", "--source", folder.Source)).MustBe(0);
        await stop.CancelAsync();
        await writer;
        (await RunAsync("verify")).MustBe(0);
        (await RunAsync("restore", "--file", folder.File("restored.sqlite"))).MustBe(0);
        using (var restored = SqliteConnection.OpenForReading(folder.File("restored.sqlite"), immutable: true)) Assert.Equal(20000, restored.QueryInteger("SELECT count(*) FROM notes"));
        Assert.Contains("GW1809", (await RunAsync("restore", "--file", folder.File("restored.sqlite"))).MustBe(1).Output, StringComparison.Ordinal);
        (await RunAsync("restore", "--file", folder.File("restored.sqlite"), "--replace", "a trial")).MustBe(0);
        Assert.Empty(Directory.GetFileSystemEntries(folder.File("staging")));

        Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(folder.Path, environment, ["backup", .. arguments, "--destination", folder.File("backups")]);
    }
}
