using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Tests.Opening;
using Godwit.Sqlite.Tests.Planning;

namespace Godwit.Sqlite.Tests.Capture;

/// <summary>Locks of POSIX are a process's own, and go with any handle that it closes (https://sqlite.org/howtocorrupt.html): whatever else Godwit does with a source meanwhile, another process stays out while it is to.</summary>
[Trait("Hazard", "13")]
public sealed class SourceLockTests
{
    [Theory, InlineData("DELETE"), InlineData("WAL")]
    public async Task Another_process_stays_out_whatever_is_opened_and_closed_while_the_fence_is_raised(string mode)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new SourceFolder();
        using (var connection = SqliteConnection.OpenForWriting(folder.Database))
        {
            connection.Execute($"PRAGMA journal_mode = {mode}");
            connection.Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER)");
            connection.Execute("INSERT INTO t VALUES (1, 1)");
        }
        using var application = new Shell(folder.Database);
        application.Run("PRAGMA busy_timeout = 0;");
        using var first = SqliteConnection.OpenForReading(folder.Database);
        var plan = Planned.Result(first, new()).Plan!;
        using var source = SqliteLiveSource.Open(folder.Database, plan, Guid.NewGuid());
        await source.RecordAsync(token);
        await source.FenceAsync(
            TimeSpan.FromSeconds(30),
            async () =>
            {
                // As `check` and `status` do beside it, and a second source of the same file.
                using (SourceFile.Open(folder.Database, folder.Options).File) { }
                using (SqliteLiveSource.Open(folder.Database, plan, Guid.NewGuid())) { }
                using (SqliteConnection.OpenForReading(folder.Database)) { }
                using (var delta = await source.ReadDeltaAsync(source.Beginning, whole: true, token)) { }
                application.Run("INSERT INTO t VALUES (2, 2);");
                Assert.Equal("1", application.Run("SELECT count(*) FROM t;"));
            },
            token);
        application.Run("INSERT INTO t VALUES (3, 3);");
        Assert.Equal("1", application.Run("SELECT count(*) FROM t;"));
        await source.UnfenceAsync(token);
        application.Run("INSERT INTO t VALUES (4, 4);");
        Assert.Equal("2", application.Run("SELECT count(*) FROM t;"));
    }
}
