using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Runbooks;

/// <summary>Before a target holds anything, only the ledger outside of it knows that somebody has begun.</summary>
[Trait("Hazard", "6")]
public sealed class LedgerBootstrapTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_runner_that_was_killed_before_it_made_anything_is_in_the_ledger_and_the_next_one_begins()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        folder.Runbook("  expand:\n    steps:\n      - {id: one, sql: one.sql}").Sql("one.sql", "CREATE TABLE public.one(a int)", "DROP TABLE public.one");
        var ledgers = Path.Combine(folder.Environment["GODWIT_HOME"]!, "ledgers");
        await using (var other = await folder.Target.OpenAsync(cancellationToken: Token))
        {
            // Whoever makes the schema now waits for this one's end.
            await using var open = await other.BeginTransactionAsync(Token);
            await using (var make = new NpgsqlCommand("CREATE SCHEMA godwit", other, open)) await make.ExecuteNonQueryAsync(Token);
            using var runner = folder.Start("run");
            const string Waiting = "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'godwit%' AND wait_event_type = 'Lock'";
            await Patience.UntilAsync(() => folder.Target.ScalarAsync<bool>($"SELECT EXISTS (SELECT {Waiting})"), runner.WaitAsync());
            var line = Assert.Single(await File.ReadAllLinesAsync(Assert.Single(Directory.GetFiles(ledgers)), Token));
            Assert.Contains("\"incarnation\":null,\"head\":\"0:", line, StringComparison.Ordinal);
            runner.Kill();
            await folder.Target.ExecuteAsync($"SELECT pg_terminate_backend(pid) {Waiting}", superuser: true);
            await Patience.UntilAsync(async () => !await folder.Target.ScalarAsync<bool>($"SELECT EXISTS (SELECT {Waiting})"));
            await open.RollbackAsync(Token);
        }
        Assert.True(await folder.Target.ScalarAsync<bool>("SELECT to_regnamespace('godwit') IS NULL"));
        (await folder.RunAsync("run")).MustBe(0);
        // What the first one had begun is about nothing that is missing.
        Assert.DoesNotContain("GW1790", (await folder.RunAsync("status")).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_lost_what_a_run_made_there_is_told_by_the_ledger_alone()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        folder.Runbook("  expand:\n    steps:\n      - {id: one, sql: one.sql}").Sql("one.sql", "CREATE TABLE public.one(a int)", "DROP TABLE public.one");
        (await folder.RunAsync("run")).MustBe(0);
        await folder.Target.ExecuteAsync("DROP SCHEMA godwit CASCADE; DROP TABLE public.one");
        foreach (var command in new[] { "run", "resume", "status" })
        {
            var outcome = (await folder.RunAsync(command)).MustBe(5);
            Assert.Contains("GW1790", outcome.Output + outcome.Error, StringComparison.Ordinal);
            Assert.True(await folder.Target.ScalarAsync<bool>("SELECT to_regclass('public.one') IS NULL"));
        }
    }
}
