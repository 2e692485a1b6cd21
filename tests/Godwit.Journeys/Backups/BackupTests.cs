using System.Text;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>What a person does with backups.</summary>
public sealed class BackupTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_is_whole_at_every_destination_encrypted_verified_and_listed_with_its_restore_time()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        var made = await folder.JsonAsync(0, "backup", "create");
        Assert.Equal("verified", made.GetProperty("outcome").GetString());
        var backup = made.GetProperty("backups")[0];
        Assert.Equal(2000 + 2 + 10 + 1, backup.GetProperty("rows").GetInt64());
        Assert.Equal([folder.First, folder.Second], backup.GetProperty("destinations").EnumerateArray().Select(d => d.GetString()));
        Assert.True(backup.GetProperty("restoreSeconds").GetDouble() > 0);
        Assert.All(made.GetProperty("checks").EnumerateArray(), c => Assert.True(c.GetProperty("holds").GetBoolean(), c.ToString()));
        foreach (var file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Where(f => f.Contains("/first/", StringComparison.Ordinal) || f.Contains("/second/", StringComparison.Ordinal)))
        {
            var bytes = await File.ReadAllBytesAsync(file, Token);
            Assert.True(bytes.AsSpan().IndexOf("marker-of-a-person"u8) < 0, $"{file} holds rows");
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        }
        folder.MustBeTidy();
        Assert.Contains("restore takes about", (await folder.RunAsync("backup", "list")).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_under_writers_verifies()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writers = Enumerable.Range(0, 3).Select(w => Task.Run(async () =>
        {
            await using var connection = await folder.Target.OpenAsync();
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await using var command = new Npgsql.NpgsqlCommand(
                    $"INSERT INTO public.people (name) VALUES ('w{w}-{i}'); UPDATE public.people SET name = name || 'x' WHERE id = {i % 2000 + 1}; DELETE FROM public.people WHERE id = {(i * 7) % 2000 + 1}", connection);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }, Token)).ToList();
        for (var i = 0; i < 2; i++) await folder.CreateAsync();
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        folder.MustBeTidy();
    }

    [Fact]
    public async Task Two_backups_at_once_are_both_whole()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        using var one = folder.Start("backup", "create");
        using var two = folder.Start("backup", "create");
        (await one.WaitAsync()).MustBe(0);
        (await two.WaitAsync()).MustBe(0);
        Assert.Equal(2, (await folder.JsonAsync(0, "backup", "list")).GetProperty("backups").GetArrayLength());
        folder.MustBeTidy();
    }

    [Fact]
    public async Task A_role_that_sees_some_rows_only_takes_no_backup()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        var role = "reader_" + folder.Target.Name;
        await folder.Target.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA public TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}", superuser: true);
        await folder.Target.ExecuteAsync("ALTER TABLE public.people ENABLE ROW LEVEL SECURITY; CREATE POLICY first_ones ON public.people USING (id < 10); REVOKE SELECT ON public.parts FROM " + role);
        folder.Environment["DATABASE_URL"] = folder.Target.Url.Replace("godwit@", $"{role}:reader@", StringComparison.Ordinal);
        var refused = (await folder.RunAsync("backup", "create")).MustBe(1);
        Assert.Contains("row security hides rows of public.people", refused.Output, StringComparison.Ordinal);
        Assert.Contains("may not read public.parts", refused.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.First));
        folder.MustBeTidy();
        await folder.Target.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}", superuser: true);
    }

    [Fact]
    public async Task A_destination_whose_disk_is_full_does_not_take_the_other_with_it()
    {
        using var small = SmallFileSystem.Mount(1);
        using var folder = await BackupFolder.PrepareAsync(servers);
        await folder.Target.ExecuteAsync("CREATE TABLE public.noise AS SELECT string_agg(md5(random()::text), '') AS text FROM generate_series(1, 60000) i GROUP BY i % 1000");
        var made = (await folder.RunAsync("backup", "create", "--destination", folder.First, "--destination", small.Folder, "--json")).MustBe(4).Output;
        using var document = System.Text.Json.JsonDocument.Parse(made);
        Assert.Equal("partly", document.RootElement.GetProperty("outcome").GetString());
        Assert.Equal("GW1805", document.RootElement.GetProperty("findings")[0].GetProperty("code").GetString());
        Assert.Equal([folder.First], document.RootElement.GetProperty("backups")[0].GetProperty("destinations").EnumerateArray().Select(d => d.GetString()));
        Assert.Empty(Directory.GetFileSystemEntries(small.Folder));
        folder.MustBeTidy();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_destination_that_goes_away_does_not_take_the_other_with_it(bool vanishes)
    {
        using var small = SmallFileSystem.Mount(50);
        using var folder = await BackupFolder.PrepareAsync(servers);
        using var process = folder.Start("backup", "create", "--destination", folder.First, "--destination", small.Folder, "--json");
        if (vanishes)
        {
            // In the middle of its writing, when its files are open.
            await Patience.UntilAsync(() => Task.FromResult(Directory.EnumerateDirectories(small.Folder, ".*").Any()), process.WaitAsync());
            process.Freeze();
            small.Vanish();
            process.Thaw();
        }
        else
        {
            small.MakeReadOnly();
        }
        using var document = System.Text.Json.JsonDocument.Parse((await process.WaitAsync()).MustBe(4).Output);
        Assert.Equal("partly", document.RootElement.GetProperty("outcome").GetString());
        Assert.Equal("GW1805", document.RootElement.GetProperty("findings")[0].GetProperty("code").GetString());
        var listed = Assert.Single((await folder.JsonAsync(0, "backup", "list", "--destination", folder.First, "--destination", small.Folder)).GetProperty("backups").EnumerateArray());
        Assert.Equal([folder.First], listed.GetProperty("destinations").EnumerateArray().Select(d => d.GetString()));
        (await folder.RunAsync("backup", "verify", "--destination", folder.First)).MustBe(0);
        folder.MustBeTidy();
    }

    [Fact]
    public async Task A_command_that_hangs_is_ended_and_the_backup_stays()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        folder.Runbook(backups: "  after: {run: [/bin/sleep, '1000'], timeout: 1s}");
        var made = await folder.JsonAsync(4, "backup", "create");
        Assert.Contains("took too long", made.GetProperty("findings")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(System.Text.Json.JsonValueKind.Undefined, made.GetProperty("backups")[0].GetProperty("verifiedAt").ValueKind);
    }

    [Fact]
    public async Task Old_backups_go_and_the_newest_verified_one_stays()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        var verified = await folder.CreateAsync();
        var other = (await folder.JsonAsync(0, "backup", "create", "--no-verify")).GetProperty("backups")[0].GetProperty("name").GetString();
        var pruned = await folder.JsonAsync(0, "backup", "prune", "--keep", "0s");
        Assert.Equal("it is the newest verified one", pruned.GetProperty("backups").EnumerateArray().Single(b => b.GetProperty("name").GetString() == verified).GetProperty("kept").GetString());
        Assert.False(pruned.GetProperty("backups").EnumerateArray().Single(b => b.GetProperty("name").GetString() == other).TryGetProperty("kept", out _));
        Assert.Equal([folder.First + "/" + verified], Directory.GetDirectories(folder.First));
    }

    [Fact]
    public async Task A_schedule_survives_failures_and_says_so()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        var url = folder.Environment["DATABASE_URL"]!;
        folder.Environment["DATABASE_URL"] = "postgres://godwit@127.0.0.1:1/none";
        var all = await folder.RunAsync("backup", "schedule", "--every", "1s", "--times", "2");
        Assert.Contains("2 in a row failed", all.MustBe(1).Error, StringComparison.Ordinal);
        folder.Environment["DATABASE_URL"] = url;
        (await folder.RunAsync("backup", "schedule", "--every", "1s", "--times", "1")).MustBe(0);
        Assert.Contains("OnUnitActiveSec=21600s", (await folder.RunAsync("backup", "schedule", "--systemd")).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_password_is_in_an_argument_or_an_output()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        var password = folder.Target.Server.Password;
        folder.Environment["PGPASSFILE"] = "/dev/null";
        folder.Environment["DATABASE_URL"] = folder.Target.Url.Replace("@", $":{password}@", StringComparison.Ordinal);
        using var process = folder.Start("backup", "create");
        var seen = new StringBuilder();
        while (!process.HasExited)
        {
            foreach (var entry in Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])))
            {
                try
                {
                    seen.Append(await File.ReadAllTextAsync(Path.Combine(entry, "cmdline"), Token));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Ended meanwhile.
                    continue;
                }
            }
            await Task.Delay(20, Token);
        }
        var outcome = (await process.WaitAsync()).MustBe(0);
        Assert.Contains("pg_dump", seen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(password, seen.ToString() + outcome.Output + outcome.Error, StringComparison.Ordinal);
    }
}
