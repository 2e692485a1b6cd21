using System.Security.Cryptography;
using Godwit.Engine.Backups;
using Godwit.Postgres.Backups.Restoring;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Backups;

/// <summary>Whole servers.</summary>
public sealed class PhysicalRestoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unlogged_tables_come_back_empty_which_is_noted_and_no_fault_of_the_backup()
    {
        await using var server = await StartAsync();
        var database = await server.CreateDatabaseAsync(Token);
        await database.ExecuteAsync(
            """
            CREATE TABLE kept (id bigserial PRIMARY KEY);
            INSERT INTO kept SELECT FROM generate_series(1, 100);
            CREATE UNLOGGED TABLE passing (id bigserial PRIMARY KEY, name text);
            INSERT INTO passing (name) SELECT 'n' || i FROM generate_series(1, 100) i;
            """);
        using var workplace = new BackupWorkplace(BackupMethod.Physical);

        var manifest = await workplace.TakeAsync(database, Token);

        Assert.Equal(["public.kept"], manifest.Tables.Select(t => t.Name));
        Assert.Equal(["public.kept_id_seq"], manifest.Sequences.Select(s => s.Name));
        Assert.Contains("1 unlogged tables come back empty, and are not compared", manifest.Notes);
        var verdict = await workplace.VerifyAsync(Token);
        Assert.True(verdict.Verification is not null, string.Join("; ", verdict.Findings.Select(f => f.Message)));
    }

    [Fact]
    public async Task A_server_that_is_laid_out_is_on_the_disk_when_it_is_said_to_be()
    {
        using var disk = FreezingFileSystem.Mount(400);
        await using var server = await StartAsync();
        var database = await server.CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE TABLE things AS SELECT i, md5(i::text) FROM generate_series(1, 20000) i");
        using var workplace = new BackupWorkplace(BackupMethod.Physical);
        await workplace.TakeAsync(database, Token);
        Assert.NotNull((await workplace.VerifyAsync(Token)).Verification);

        var folder = Path.Combine(disk.Folder, "again");
        await ServerRestore.RunAsync(workplace.Place.Store.Find(null)!, workplace.Place, folder, null, _ => { }, TimeProvider.System, Token);
        using var found = disk.CutPower();

        Assert.Equal(["data"], Directory.GetFileSystemEntries(Path.Combine(found.Folder, "again")).Select(Path.GetFileName));
        Assert.Equal(Read(folder), Read(Path.Combine(found.Folder, "again")));
        Assert.Empty(Directory.GetFileSystemEntries(workplace.In("staging")));
    }

    private static Task<PostgresServer> StartAsync() =>
        PostgresServer.StartAsync(PostgresVersions.Default, settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["wal_level"] = "replica", ["max_wal_senders"] = "10" }, cancellationToken: Token);

    private static SortedDictionary<string, string> Read(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(folder, f), f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))), StringComparer.Ordinal);
}
