using System.Security.Cryptography;
using Godwit.Journeys.Running;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Refusing;

public sealed class SourceRefusalTests(PostgresServers servers)
{
    [Fact]
    public async Task What_is_no_database_is_refused()
    {
        using var journey = await Journey.PrepareAsync(servers);
        await RefusedAsync(journey, "GW1001", () => { });
        await RefusedAsync(journey, "GW1001", () => journey.Folder.Write("source.sqlite", "id,name\n1,Ann\n"));
        await RefusedAsync(journey, "GW1001", () => journey.Folder.Write("source.sqlite", new string('x', 8192)));
    }

    [Fact]
    public async Task An_encrypted_database_is_refused_as_such()
    {
        using var journey = await Journey.PrepareAsync(servers);
        await RefusedAsync(journey, "GW1002", () => File.WriteAllBytes(journey.Folder.Source, RandomNumberGenerator.GetBytes(4096 * 4)));
    }

    [Fact]
    public async Task A_corrupt_database_is_refused()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "CREATE INDEX by_v ON t (v)",
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i, 'value ' || i FROM n");
        await RefusedAsync(journey, "GW1003", () =>
        {
            using var file = new FileStream(journey.Folder.Source, FileMode.Open);
            file.Seek(4096 * 5 + 8, SeekOrigin.Begin);
            file.Write(new byte[2000]);
        });
    }

    [Fact]
    public async Task A_locked_database_is_refused_after_a_wait()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY)");
        using var other = SqliteConnection.OpenForWriting(journey.Folder.Source);
        other.Execute("BEGIN EXCLUSIVE");
        // Locks are a process's own: another process has to meet them.
        using var godwit = journey.Start("move", "--from", journey.Folder.Source, "--to", journey.Target.Url, "--json");
        var outcome = (await godwit.WaitAsync()).MustBe(1);
        Assert.Equal("GW1004", Assert.Single(outcome.Errors).Code);
        other.Execute("ROLLBACK");
        (await journey.MoveAsync()).MustBeVerified();
    }

    [Fact]
    public async Task More_columns_than_PostgreSQL_holds_are_refused()
    {
        using var journey = await Journey.PrepareAsync(servers,
            $"CREATE TABLE wide ({string.Join(", ", Enumerable.Range(0, 1601).Select(i => $"c{i}"))})", $"CREATE TABLE just ({string.Join(", ", Enumerable.Range(0, 1600).Select(i => $"c{i} INTEGER"))})");
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1106", "wide"), (finding.Code, finding.Table));
        (await journey.MoveAsync("--tables", "just")).MustBeVerified();
    }

    private static async Task RefusedAsync(Journey journey, string code, Action spoil)
    {
        spoil();
        var before = await journey.RelationsAsync();
        Assert.Contains((await journey.MoveAsync()).MustBe(1).Errors, f => f.Code == code);
        Assert.Equal(before, await journey.RelationsAsync());
        Assert.False(Directory.Exists(journey.Folder.File(".godwit")));
    }
}
