using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>Physical backups that pgBackRest takes and keeps.</summary>
public sealed class PgBackRestTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Settings(PgBackRest repository, string more = "") => $"  method: physical\n  pgbackrest: {{stanza: {PgBackRest.Stanza}, config: '{repository.Config}'{more}}}";

    [Fact]
    public async Task A_run_takes_one_under_writers_relies_on_it_and_a_later_point_restores_too()
    {
        await using var repository = await PgBackRest.StartAsync(Token);
        await repository.RunAsync(Token, "stanza-create");
        using var folder = await BackupFolder.PrepareAsync(repository.Server);
        folder.AsSuperuser();
        folder.Runbook("""
              expand:
                steps: [{id: save, backup: {}}]
              backfill:
                gates: [{backup: {}}]
                steps: [{sql: one.sql}]
            """, Settings(repository)).Sql("one.sql", "CREATE TABLE public.one (i int)", "DROP TABLE public.one");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writer = Task.Run(async () =>
        {
            await using var connection = await folder.Target.OpenAsync();
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await using var command = new Npgsql.NpgsqlCommand($"INSERT INTO public.people (name) VALUES ('w{i}'); UPDATE public.people SET name = name || 'x' WHERE id = {(i % 2000) + 1}", connection);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
                await Task.Delay(2, Token);
            }
        }, Token);
        (await folder.RunAsync("run")).MustBe(0);
        await stop.CancelAsync();
        await writer;
        folder.MustBeTidy();
        var listed = Assert.Single((await folder.JsonAsync(0, "backup", "list")).GetProperty("backups").EnumerateArray());
        Assert.NotEmpty(listed.GetProperty("verifiedAt").GetString()!);
        var label = listed.GetProperty("pgBackRest").GetProperty("label").GetString()!;
        Assert.Contains(label, await repository.RunAsync(Token, "info"), StringComparison.Ordinal);

        await folder.Target.ExecuteAsync("CREATE TABLE public.afterwards (i int)");
        await using (var connection = await folder.Target.OpenAsync(superuser: true, Token))
        {
            await using var command = new Npgsql.NpgsqlCommand("SELECT pg_create_restore_point('before_the_sale'); SELECT pg_switch_wal()", connection);
            await command.ExecuteNonQueryAsync(Token);
        }
        await repository.RunAsync(Token, "check");
        (await folder.RunAsync("backup", "restore", "--folder", folder.In("again"), "--to-point", "before_the_sale")).MustBe(0);
        Assert.True(File.Exists(folder.In("again/data/PG_VERSION")));
        var missing = await folder.JsonAsync(3, "backup", "restore", "--folder", folder.In("elsewhere"), "--to-point", "there_is_none");
        Assert.Equal("GW1811", missing.GetProperty("findings")[0].GetProperty("code").GetString());
        folder.MustBeTidy();
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task What_pgBackRest_lets_go_or_what_is_damaged_there_is_no_backup_any_more()
    {
        await using var repository = await PgBackRest.StartAsync(Token);
        using var folder = await BackupFolder.PrepareAsync(repository.Server);
        folder.AsSuperuser();
        folder.Runbook("""
              expand:
                gates: [{backup: {}}]
                steps: [{wait: 0s}]
            """, Settings(repository, ", type: full"));
        Assert.Equal("GW1800", (await folder.JsonAsync(1, "backup", "create")).GetProperty("findings")[0].GetProperty("code").GetString());
        await repository.RunAsync(Token, "stanza-create");
        var name = await folder.CreateAsync();
        Assert.Contains("for as long as its own retention says", (await folder.RunAsync("backup", "prune", "--keep", "0s")).MustBe(0).Output, StringComparison.Ordinal);

        var file = Directory.GetFiles(repository.Repository, "PG_VERSION*", SearchOption.AllDirectories)[0];
        var bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Token);
        Assert.Equal("GW1810", (await folder.JsonAsync(3, "backup", "verify")).GetProperty("findings")[0].GetProperty("code").GetString());
        folder.MustBeTidy();

        // Two younger ones, with a retention of two.
        for (var i = 0; i < 2; i++) await repository.RunAsync(Token, "backup", "--type=full", "--start-fast");
        Assert.Contains("does not have", (await folder.RunAsync("backup", "list")).MustBe(0).Output, StringComparison.Ordinal);
        Assert.Equal("GW1807", (await folder.JsonAsync(3, "backup", "verify")).GetProperty("findings")[0].GetProperty("code").GetString());
        Assert.Contains("is gone", (await folder.RunAsync("run")).MustBe(5).Output, StringComparison.Ordinal);
        Assert.Contains("pgBackRest has let it go", (await folder.RunAsync("backup", "prune")).MustBe(0).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(name, (await folder.RunAsync("backup", "list")).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_in_its_way_is_said_before_anything_is_done()
    {
        await using var repository = await PgBackRest.StartAsync(Token);
        await repository.RunAsync(Token, "stanza-create");
        using var folder = await BackupFolder.PrepareAsync(servers);
        folder.AsSuperuser();
        IReadOnlyList<string> create = ["backup", "create", "--stanza", PgBackRest.Stanza, "--pgbackrest-config", repository.Config];
        Assert.Contains("archive_mode is off", (await folder.RunAsync(create)).MustBe(1).Output, StringComparison.Ordinal);
        await using var other = await PostgresServer.StartAsync(
            PostgresVersions.Default, settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["wal_level"] = "replica", ["archive_mode"] = "on", ["archive_command"] = "true" }, cancellationToken: Token);
        using var foreign = await BackupFolder.PrepareAsync(other);
        foreign.AsSuperuser();
        Assert.Contains("is of another server", (await foreign.RunAsync(create)).MustBe(1).Output, StringComparison.Ordinal);
        foreign.Environment["PATH"] = "/usr/sbin";
        Assert.Contains("GW1802", (await foreign.RunAsync(create)).MustBe(1).Output, StringComparison.Ordinal);

        Assert.Contains("`method:` is not physical", (await folder.Runbook(backups: $"  pgbackrest: {{stanza: {PgBackRest.Stanza}}}").RunAsync("check")).MustBe(1).Output, StringComparison.Ordinal);
        (await folder.Runbook().RunAsync("backup", "create", "--stanza", "a b")).MustBe(2);
        (await folder.RunAsync("backup", "create", "--stanza", "shop", "--method", "logical")).MustBe(2);
        Assert.Contains("no valid backups", await repository.RunAsync(Token, "info"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task One_that_is_killed_leaves_pgBackRest_able_to_take_the_next()
    {
        await using var repository = await PgBackRest.StartAsync(Token);
        await repository.RunAsync(Token, "stanza-create");
        using var folder = await BackupFolder.PrepareAsync(repository.Server);
        folder.AsSuperuser();
        folder.Runbook(backups: Settings(repository));
        Func<bool>[] places = [() => AtWork(repository, " backup "), () => AtWork(repository, " restore ")];
        foreach (var place in places)
        {
            using var process = folder.Start("backup", "create");
            await Patience.UntilAsync(() => Task.FromResult(place()), process.WaitAsync());
            process.Kill();
        }
        await folder.CreateAsync();
        folder.MustBeTidy();
        Assert.Empty(folder.AtWork());
    }

    private static bool AtWork(PgBackRest repository, string command) => ProcessTree.CommandsWith(repository.Config).Any(c => c.Contains("--stanza=", StringComparison.Ordinal) && (c + " ").Contains(command, StringComparison.Ordinal));
}
