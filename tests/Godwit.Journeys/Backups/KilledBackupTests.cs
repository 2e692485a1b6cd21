using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>kill -9 in the middle: nothing half counts, and what it left is gone the next time.</summary>
public sealed class KilledBackupTests(PostgresServers servers)
{
    [Theory]
    [InlineData(150)]
    [InlineData(600, Traits = ["Category", "Soak"])]
    [InlineData(1200, Traits = ["Category", "Soak"])]
    [InlineData(2500)]
    [InlineData(4000, Traits = ["Category", "Soak"])]
    public async Task A_backup_that_is_killed_leaves_nothing_that_the_next_does_not_remove(int milliseconds)
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        await folder.Target.ExecuteAsync("CREATE TABLE public.noise AS SELECT md5(i::text) AS text FROM generate_series(1, 200000) i");
        using (var process = folder.Start("backup", "create"))
        {
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
            if (!process.HasExited) process.Kill();
        }
        await folder.CreateAsync();
        folder.MustBeTidy();
        // What is listed is whole, the killed one's too where it came so far.
        foreach (var backup in (await folder.JsonAsync(0, "backup", "list")).GetProperty("backups").EnumerateArray()) (await folder.RunAsync("backup", "verify", backup.GetProperty("name").GetString()!)).MustBe(0);
    }

    [Theory]
    [InlineData(300, Traits = ["Category", "Soak"])]
    [InlineData(1500)]
    [InlineData(3000, Traits = ["Category", "Soak"])]
    public async Task A_restore_that_is_killed_leaves_the_database_as_it_was_or_as_the_backup_is(int milliseconds)
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        await folder.CreateAsync();
        await folder.Target.ExecuteAsync("DELETE FROM public.people WHERE id <= 500");
        using (var process = folder.Start("backup", "restore", "--replace", "a trial"))
        {
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
            if (!process.HasExited) process.Kill();
        }
        Assert.Contains(await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.people"), (long[])[1500, 2000]);
        (await folder.RunAsync("backup", "restore", "--replace", "again")).MustBe(0);
        Assert.Equal(2000, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.people"));
        // Those of other tests of this server come and go; what is left behind stays.
        await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_database WHERE datname LIKE 'godwit_restore%'") == 0);
        folder.MustBeTidy();
    }

    /// <summary>While it decrypts, while it restores into its scratch server, and while it compares there.</summary>
    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_verification_that_is_killed_takes_nothing_from_the_backup_and_the_next_one_ends_its_server()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        await folder.Target.ExecuteAsync("CREATE TABLE public.noise AS SELECT md5(i::text) AS text FROM generate_series(1, 200000) i");
        var name = await folder.CreateAsync("--no-verify");
        var restored = false;
        Func<bool>[] places = [() => folder.Staged.Length > 0, IsRestoring, () => (restored |= IsRestoring()) && !IsRestoring()];
        foreach (var place in places)
        {
            await KillAtAsync(folder, place, "backup", "verify");
            // What nobody has seen to its end is not verified.
            var listed = Assert.Single((await folder.JsonAsync(0, "backup", "list")).GetProperty("backups").EnumerateArray());
            Assert.Equal(name, listed.GetProperty("name").GetString());
            Assert.False(listed.TryGetProperty("verifiedAt", out _));
        }
        (await folder.RunAsync("backup", "verify")).MustBe(0);
        folder.MustBeTidy();
        Assert.Empty(folder.AtWork());

        bool IsRestoring() => folder.AtWork().Any(c => c.Contains("pg_restore", StringComparison.Ordinal));
    }

    /// <summary>One staging folder for databases of both kinds: whoever comes next ends the server before its files go.</summary>
    [Theory]
    [InlineData("create")]
    [InlineData("verify")]
    public async Task A_backup_of_SQLite_ends_the_server_that_a_killed_verification_left_in_staging(string next)
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        using var work = new WorkFolder();
        work.Make("CREATE TABLE notes (id INTEGER PRIMARY KEY)");
        IReadOnlyList<string> create = ["backup", "create", "--source", work.Source, "--destination", folder.In("notes")];
        if (next == "verify") (await folder.RunAsync([.. create, "--no-verify"])).MustBe(0);
        await folder.CreateAsync("--no-verify");
        await KillAtAsync(folder, () => folder.AtWork().Any(c => c.Contains("/bin/postgres -D", StringComparison.Ordinal)), "backup", "verify");
        Assert.NotEmpty(folder.Staged);
        (await folder.RunAsync(next == "create" ? [.. create, "--no-verify"] : ["backup", "verify", "--destination", folder.In("notes")])).MustBe(0);
        Assert.Empty(folder.AtWork());
        Assert.Empty(folder.Staged);
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_physical_backup_that_is_killed_is_none_and_leaves_nothing()
    {
        await using var server = await PostgresServer.StartAsync(
            PostgresVersions.Default, settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["wal_level"] = "replica", ["max_wal_senders"] = "10" }, cancellationToken: TestContext.Current.CancellationToken);
        using var folder = await BackupFolder.PrepareAsync(server);
        folder.AsSuperuser();
        Func<bool>[] places =
        [
            () => folder.AtWork().Any(c => c.Contains("pg_basebackup", StringComparison.Ordinal)), () => folder.AtWork().Any(c => c.Contains("pg_receivewal", StringComparison.Ordinal)), () => HasDraft(folder.First),
            () => folder.AtWork().Any(c => c.Contains("/postgres", StringComparison.Ordinal)),
        ];
        foreach (var place in places)
        {
            await KillAtAsync(folder, place, "backup", "create", "--method", "physical");
            // The third was killed once its files were in place, or before: what is listed is whole, and none is verified.
            foreach (var listed in (await folder.JsonAsync(0, "backup", "list")).GetProperty("backups").EnumerateArray()) Assert.False(listed.TryGetProperty("verifiedAt", out _));
            // Nobody is kept from writing by what was killed.
            await folder.Target.ExecuteAsync("INSERT INTO public.people (name) VALUES ('later')");
        }
        await folder.CreateAsync("--method", "physical");
        folder.MustBeTidy();
        Assert.Empty(folder.AtWork());
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT (SELECT count(*) FROM pg_replication_slots) + (SELECT count(*) FROM pg_stat_replication)"));
        foreach (var listed in (await folder.JsonAsync(0, "backup", "list")).GetProperty("backups").EnumerateArray()) (await folder.RunAsync("backup", "verify", listed.GetProperty("name").GetString()!)).MustBe(0);
    }

    /// <summary>Whoever comes next ends it, be it another command or the same again.</summary>
    [Fact]
    public async Task A_server_that_a_killed_restore_left_in_a_folder_is_ended_and_the_folder_is_free_again()
    {
        await using var server = await PostgresServer.StartAsync(
            PostgresVersions.Default, settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["wal_level"] = "replica", ["max_wal_senders"] = "10" }, cancellationToken: TestContext.Current.CancellationToken);
        using var folder = await BackupFolder.PrepareAsync(server);
        folder.AsSuperuser();
        await folder.CreateAsync("--method", "physical");
        var parent = Directory.CreateTempSubdirectory("godwit-laid-out-").FullName;
        File.SetUnixFileMode(parent, File.GetUnixFileMode(parent) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var place = Path.Combine(parent, "again");
        IReadOnlyList<string> restore = ["backup", "restore", "--folder", place];
        foreach (var next in (IReadOnlyList<string>[])[["backup", "verify"], restore])
        {
            await KillAtAsync(folder, () => ProcessTree.CommandsWith(place).Any(c => c.Contains("/bin/postgres -D", StringComparison.Ordinal)), [.. restore]);
            (await folder.RunAsync([.. next])).MustBe(0);
            Assert.Empty(ProcessTree.CommandsWith(place));
            Assert.Equal(next == restore, Directory.Exists(place));
            folder.MustBeTidy();
        }
        Assert.Equal(["data"], Directory.GetFileSystemEntries(place).Select(Path.GetFileName));
        Directory.Delete(parent, recursive: true);
    }

    [Fact]
    public async Task A_backup_of_SQLite_that_is_killed_is_none_and_leaves_source_and_destination_as_they_were()
    {
        using var folder = new WorkFolder();
        folder.Make("PRAGMA journal_mode = wal", "CREATE TABLE notes (id INTEGER PRIMARY KEY, blob)", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO notes SELECT i, randomblob(400) FROM n");
        var (staging, destination) = (folder.File("staging"), folder.File("backups"));
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["GODWIT_HOME"] = folder.File("home"), ["GODWIT_STAGING"] = staging };
        Func<bool>[] places = [() => Directory.Exists(staging) && Directory.EnumerateFiles(staging, "*", SearchOption.AllDirectories).Any(f => new FileInfo(f).Length > 1_000_000), () => HasDraft(destination)];
        foreach (var place in places)
        {
            using (var process = GodwitProcess.Start(folder.Path, environment, ["backup", "create", "--source", folder.Source, "--destination", destination]))
            {
                await Patience.UntilAsync(() => Task.FromResult(place()), process.WaitAsync());
                process.Kill();
            }
            // Whoever writes next is not kept out.
            folder.Change("INSERT INTO notes (blob) VALUES (x'00')");
            Assert.DoesNotContain("verifiedAt", (await RunAsync("list", "--json")).MustBe(0).Output, StringComparison.Ordinal);
        }
        (await RunAsync("create", "--source", folder.Source)).MustBe(0);
        (await RunAsync("verify")).MustBe(0);
        Assert.Empty(Directory.GetFileSystemEntries(staging));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(destination), e => Path.GetFileName(e).StartsWith('.'));

        Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(folder.Path, environment, ["backup", .. arguments, "--destination", destination]);
    }

    private static async Task KillAtAsync(BackupFolder folder, Func<bool> place, params IReadOnlyList<string> command)
    {
        using var process = folder.Start(command);
        await Patience.UntilAsync(() => Task.FromResult(place()), process.WaitAsync());
        process.Kill();
    }

    /// <summary>Killed before it has its lock, a draft may stand for a minute: it could be another's that has just begun.</summary>
    private static bool HasDraft(string destination) => Directory.Exists(destination) && Directory.EnumerateDirectories(destination, ".*").Any(d => File.Exists(Path.Combine(d, "lock")));
}
