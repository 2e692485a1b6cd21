using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>What is left of Godwit in a target: nothing, and a file.</summary>
public sealed class UninstallTests(PostgresServers servers)
{
    [Fact]
    public async Task Everything_goes_into_one_file_and_the_schema_goes()
    {
        using var folder = await RanAsync(contract: false);
        var entries = await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal");
        var done = await folder.JsonAsync(0, "uninstall", "--export", folder.In("godwit.jsonl"));
        Assert.Equal(entries, done.GetProperty("removed").GetProperty("journal").GetInt64());
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'godwit'"));
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE tablename = 'one'"));
        var lines = await File.ReadAllLinesAsync(folder.In("godwit.jsonl"), TestContext.Current.CancellationToken);
        Assert.Equal(entries, lines.Count(l => l.StartsWith("{\"entry\":", StringComparison.Ordinal)));
        foreach (var table in new[] { "runs", "steps", "phases", "catalogs" }) Assert.Contains(lines, l => l.EndsWith($"\"table\":\"{table}\"}}", StringComparison.Ordinal));
        // The journal in it is one that `journal verify` reads.
        await File.WriteAllLinesAsync(folder.In("journal.jsonl"), lines.SkipWhile(l => !l.StartsWith("{\"header\"", StringComparison.Ordinal)).SkipLast(1), TestContext.Current.CancellationToken);
        (await Running.GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", folder.In("journal.jsonl")])).MustBe(0);
        Assert.Equal("nothing-to-do", (await folder.JsonAsync(0, "uninstall", "--export", folder.In("again.jsonl"))).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_run_that_is_not_at_its_end_keeps_the_schema()
    {
        using var folder = await RanAsync(contract: true);
        (await folder.RunAsync("uninstall", "--export", folder.In("godwit.jsonl"))).MustBe(1);
        Assert.False(File.Exists(folder.In("godwit.jsonl")));
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.runs"));
    }

    [Fact]
    public async Task A_move_that_failed_keeps_the_schema_until_it_is_aborted()
    {
        using var folder = await RanAsync(contract: false);
        await folder.Target.ExecuteAsync("INSERT INTO godwit.runs SELECT gen_random_uuid(), 'move', 'public', 'Failed', 'Failed', '{}', hash_key, 'x', '0' FROM godwit.runs");
        Assert.Contains("failed verification", (await folder.RunAsync("uninstall", "--export", folder.In("godwit.jsonl"))).MustBe(1).Output, StringComparison.Ordinal);
        await folder.Target.ExecuteAsync("UPDATE godwit.runs SET state = 'Aborted' WHERE kind = 'move'");
        (await folder.RunAsync("uninstall", "--export", folder.In("godwit.jsonl"))).MustBe(0);
    }

    [Fact]
    public async Task A_lease_that_is_alive_keeps_the_schema()
    {
        using var folder = await RanAsync(contract: false);
        await folder.Target.ExecuteAsync("INSERT INTO godwit.leases SELECT 'some schema', gen_random_uuid(), id, 'somebody', current_user, '1 hour', clock_timestamp() FROM godwit.runs");
        (await folder.RunAsync("uninstall", "--export", folder.In("godwit.jsonl"))).MustBe(1);
    }

    [Fact]
    public async Task A_journal_that_does_not_verify_keeps_the_schema()
    {
        using var folder = await RanAsync(contract: false);
        await folder.Target.ExecuteAsync("ALTER TABLE godwit.journal DISABLE TRIGGER append_only; UPDATE godwit.journal SET kind = 'nothing' WHERE sequence = 2");
        (await folder.RunAsync("uninstall", "--export", folder.In("godwit.jsonl"))).MustBe(3);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.runs"));
    }

    [Fact]
    public async Task What_somebody_else_has_made_of_the_tables_is_not_removed()
    {
        using var folder = await RanAsync(contract: false);
        await folder.Target.ExecuteAsync("CREATE VIEW public.runs_seen AS SELECT id FROM godwit.runs");
        Assert.Contains("runs_seen", (await folder.RunAsync("uninstall", "--export", folder.In("godwit.jsonl"))).MustBe(1).Output, StringComparison.Ordinal);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.runs_seen"));
    }

    private async Task<RunbookFolder> RanAsync(bool contract)
    {
        var folder = (await RunbookFolder.PrepareAsync(servers))
            .Runbook($"""
                  expand:
                    steps:
                      - sql: one.sql
                {(contract ? "  contract:\n    steps:\n      - sql: two.sql" : "")}
                """)
            .Sql("one.sql", "CREATE TABLE one (id bigint)", "DROP TABLE one").Sql("two.sql", "CREATE TABLE two (id bigint)", "DROP TABLE two");
        (await folder.RunAsync("run")).MustBe(0);
        return folder;
    }
}
