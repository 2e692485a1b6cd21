using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Runbooks;

/// <summary>A target that goes back while its runner lives, as after a failover to a standby that lacked the end.</summary>
public sealed class LostPastTests(PostgresServers servers)
{
    [Fact]
    public async Task A_runner_that_misses_what_it_wrote_stops_and_writes_nothing_more()
    {
        var token = TestContext.Current.CancellationToken;
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(token);
        await database.ExecuteAsync("CREATE TABLE public.gone (id int)");
        var script = new Script(database)
            .Sql(Phase.Expand, "first", "INSERT INTO gone VALUES (1)", "DELETE FROM gone")
            .Sql(Phase.Expand, "waits", "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_tables WHERE tablename = 'go') LOOP PERFORM pg_sleep(0.05); END LOOP; END $$; INSERT INTO gone VALUES (2)", "DELETE FROM gone");
        var run = script.RunAsync();
        while (!run.IsCompleted && !script.Observer.Lines.Contains("do waits")) await Task.Delay(20, token);
        // What a standby would not have had yet: the last entry, and what came with it.
        await database.ExecuteAsync(
            """
            ALTER TABLE godwit.journal DISABLE TRIGGER ALL;
            DELETE FROM godwit.journal j WHERE sequence = (SELECT max(sequence) FROM godwit.journal);
            UPDATE godwit.journal_tips SET (sequence, hash) = (SELECT sequence, hash FROM godwit.journal ORDER BY sequence DESC LIMIT 1);
            ALTER TABLE godwit.journal ENABLE ALWAYS TRIGGER append_only;
            CREATE TABLE public.go ();
            """, superuser: true);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await run);
        Assert.Equal("GW1790", Assert.Single(paused.Findings).Code.Id);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM public.gone"));
        Assert.Equal(RunbookState.Running, (await script.ReadAsync()).State);
    }
}
