using Godwit.Journeys.Running;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Sources;

public sealed class UntouchedSourceTests(PostgresServers servers)
{
    private const string Fill = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i, 'row ' || i FROM n";

    [Theory]
    [InlineData("DELETE")]
    [InlineData("WAL")]
    [InlineData("TRUNCATE")]
    public async Task A_source_that_nobody_has_open_stays_as_it_is(string mode)
    {
        using var journey = await Journey.PrepareAsync(servers);
        var folder = SourceFolder.Of(journey);
        var file = Path.Combine(folder, "app.db");
        using (var connection = SqliteConnection.OpenForWriting(file))
        {
            connection.Execute($"PRAGMA journal_mode = {mode}");
            connection.Execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
            connection.Execute(Fill);
        }
        await StaysAsync(journey, folder, file, rows: 5000);
    }

    [Fact]
    public async Task A_log_that_was_left_beside_it_is_read_and_left()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var origin = Path.Combine(Directory.CreateDirectory(journey.Folder.File("origin")).FullName, "app.db");
        var folder = SourceFolder.Of(journey);
        using (var connection = SqliteConnection.OpenForWriting(origin))
        {
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
            connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            connection.Execute(Fill);
            // As a machine that lost power leaves it: rows only in the log.
            foreach (var name in new[] { "app.db", "app.db-wal" }) File.Copy(Path.Combine(Path.GetDirectoryName(origin)!, name), Path.Combine(folder, name));
        }
        Assert.True(new FileInfo(Path.Combine(folder, "app.db-wal")).Length > 0);
        await StaysAsync(journey, folder, Path.Combine(folder, "app.db"), rows: 5000);
    }

    [Fact]
    public async Task A_hot_journal_is_rolled_back_in_a_copy_and_left()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var origin = Path.Combine(Directory.CreateDirectory(journey.Folder.File("origin")).FullName, "app.db");
        var folder = SourceFolder.Of(journey);
        using (var connection = SqliteConnection.OpenForWriting(origin))
        {
            connection.Execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
            connection.Execute(Fill);
            connection.Execute("PRAGMA cache_size = 1");
            connection.Execute("PRAGMA cache_spill = 1");
            connection.Execute("BEGIN IMMEDIATE");
            connection.Execute("UPDATE t SET v = 'never committed ' || v");
            foreach (var name in new[] { "app.db", "app.db-journal" }) File.Copy(Path.Combine(Path.GetDirectoryName(origin)!, name), Path.Combine(folder, name));
            connection.Execute("ROLLBACK");
        }
        await StaysAsync(journey, folder, Path.Combine(folder, "app.db"), rows: 5000);
        Assert.Equal([0L], await journey.RowAsync("SELECT count(*) FROM t WHERE v LIKE 'never%'"));
    }

    private static async Task StaysAsync(Journey journey, string folder, string file, long rows)
    {
        var before = SourceFolder.Describe(folder);
        Assert.Equal(rows, (await SourceFolder.MoveAsync(journey, file, "--paranoid")).MustBeVerified().Table("t").Rows);
        Assert.Equal(before, SourceFolder.Describe(folder));
        (await SourceFolder.VerifyAsync(journey, file)).MustBeVerified();
        Assert.Equal(before, SourceFolder.Describe(folder));
    }
}
