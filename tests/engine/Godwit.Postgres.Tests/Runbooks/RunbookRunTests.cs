using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Runbooks;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Runbooks;

public sealed class RunbookRunTests(PostgresServers servers)
{
    private const string Things = "CREATE TABLE things (id bigint PRIMARY KEY, name text)";

    [Fact]
    public async Task A_run_goes_through_its_phases_in_order_and_keeps_contract_for_finish()
    {
        var database = await NewAsync();
        var script = new Script(database)
            .Sql(Phase.Contract, "drop-old", "DROP TABLE old_things", irreversible: "the old rows are gone")
            .Sql(Phase.Expand, "things", Things, "DROP TABLE things")
            .Sql(Phase.Backfill, "fill", "INSERT INTO things SELECT id, upper(name) FROM old_things", "DELETE FROM things", verify: ("SELECT count(*) FROM things", "2"));
        await database.ExecuteAsync("CREATE TABLE public.old_things (id bigint, name text); INSERT INTO public.old_things VALUES (1, 'a'), (2, 'b')");

        Assert.Equal(new RunbookOutcome.Reached(RunbookState.Complete), await script.RunAsync());
        Assert.Equal(["phase Expand", "do things", "phase Backfill", "do fill"], script.Observer.Lines);
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM public.things"));

        Assert.Equal(new RunbookOutcome.Reached(RunbookState.Finished), await script.FinishAsync());
        var run = await script.ReadAsync();
        Assert.All(run.Steps, s => Assert.Equal(StepState.Verified, s.State));
        Assert.NotNull(run.EndedAt);
        Assert.Null(run.Runner);
    }

    [Fact]
    public async Task A_run_rolls_back_to_what_was_there_before()
    {
        var database = await NewAsync();
        var script = new Script(database)
            .Sql(Phase.Expand, "things", Things, "DROP TABLE things")
            .Sql(Phase.Expand, "index", "CREATE INDEX CONCURRENTLY things_name ON things (name)", "DROP INDEX CONCURRENTLY things_name", transaction: false)
            .Sql(Phase.Switch, "view", "CREATE VIEW names AS SELECT name FROM things", "DROP VIEW names");
        await script.RunAsync();

        Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack) { Part = true }, await script.RollBackAsync(to: Phase.Expand));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM pg_views WHERE viewname = 'names'"));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM pg_indexes WHERE indexname = 'things_name'"));

        Assert.Equal(new RunbookOutcome.Reached(RunbookState.Finished), await script.GoOnAsync());
        Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack), await script.RollBackAsync());
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
        Assert.Equal(RunbookState.RolledBack, (await script.ReadAsync()).State);
    }

    [Fact]
    public async Task What_an_earlier_run_did_is_left_out_and_not_undone_and_must_not_have_changed()
    {
        var database = await NewAsync();
        Script First() => new Script(database).Sql(Phase.Expand, "things", Things, "DROP TABLE things");
        await First().RunAsync();
        Assert.IsType<RunbookEntrance.NothingToDo>(await First().BeginAsync());
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM godwit.runs"));

        Assert.Equal(["things"], Assert.IsType<RunbookEntrance.Changed>(await new Script(database).Sql(Phase.Expand, "things", Things + " ", "DROP TABLE things").BeginAsync()).Steps);

        var second = First().Sql(Phase.Expand, "more", "CREATE TABLE more (id int)", "DROP TABLE more");
        Assert.IsType<RunbookOutcome.Reached>(await second.RunAsync());
        Assert.Equal(["phase Expand", "do more"], second.Observer.Lines);
        Assert.IsType<RunbookOutcome.Reached>(await second.RollBackAsync());
        Assert.Equal(["things"], await TablesAsync(database));
    }

    [Fact]
    public async Task A_statement_that_fails_pauses_the_run_and_leaves_nothing_of_its_step()
    {
        var database = await NewAsync();
        var script = new Script(database)
            .Sql(Phase.Expand, "things", Things, "DROP TABLE things")
            .Sql(Phase.Expand, "more", "CREATE TABLE more (id int); INSERT INTO things VALUES (1, 'x'), (1, 'secret-value');", "DROP TABLE more");
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Contains("duplicate key", paused.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-value", paused.Reason, StringComparison.Ordinal);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE tablename = 'more'"));
        Assert.Equal(RunbookState.Paused, (await script.ReadAsync()).State);

        Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack), await script.RollBackAsync());
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task A_point_of_no_return_is_said_before_anything_is_undone()
    {
        var database = await NewAsync();
        var script = new Script(database)
            .Sql(Phase.Expand, "things", Things, "DROP TABLE things")
            .Sql(Phase.Backfill, "clear", "UPDATE things SET name = NULL", irreversible: "the names are gone")
            .Sql(Phase.Contract, "later", "SELECT 1", irreversible: "never");
        await script.RunAsync();
        var refused = Assert.IsType<RunbookOutcome.Refused>(await script.RollBackAsync());
        Assert.Equal("GW1721", Assert.Single(refused.Findings).Code.Id);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE tablename = 'things'"));
    }

    [Fact]
    public async Task A_lock_that_is_held_is_waited_for_in_short_attempts()
    {
        var token = TestContext.Current.CancellationToken;
        var database = await NewAsync();
        await database.ExecuteAsync("CREATE TABLE public.things (id bigint)");
        var script = new Script(database).Sql(Phase.Expand, "column", "ALTER TABLE things ADD COLUMN name text", "ALTER TABLE things DROP COLUMN name");
        await using var holder = await database.OpenAsync(cancellationToken: token);
        await using var transaction = await holder.BeginTransactionAsync(token);
        await using (var read = new Npgsql.NpgsqlCommand("SELECT count(*) FROM public.things", holder, transaction)) await read.ExecuteScalarAsync(token);
        var run = script.RunAsync();
        while (!script.Observer.Lines.Contains("note")) await Task.Delay(20, token);
        await transaction.RollbackAsync(token);
        Assert.IsType<RunbookOutcome.Reached>(await run);
    }

    [Fact]
    public Task Eight_runners_at_once_on_a_fresh_database_and_one_begins() => BeginAtOnceAsync(rounds: 10);

    [Fact]
    [Trait("Category", "Soak")]
    public Task Eight_runners_at_once_on_fifty_fresh_databases_and_one_begins_on_each() => BeginAtOnceAsync(rounds: 50);

    private async Task BeginAtOnceAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var database = await NewAsync();
            var scripts = Enumerable.Range(0, 8).Select(_ => new Script(database).Sql(Phase.Expand, "things", Things, "DROP TABLE things")).ToList();
            var entrances = await Task.WhenAll(scripts.Select(s => s.BeginAsync()));
            var entered = Assert.Single(entrances.OfType<RunbookEntrance.Entered>());
            Assert.Equal(new RunbookOutcome.Reached(RunbookState.Finished), await scripts[0].RunnerOf(entered.Run).ForwardAsync(finish: false, TestContext.Current.CancellationToken));
            await entered.Run.DisposeAsync();
            Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM godwit.runs"));
        }
    }

    private static async Task<string[]> TablesAsync(TestDatabase database) =>
        await database.ScalarAsync<string[]>("SELECT coalesce(array_agg(tablename::text ORDER BY tablename), '{}') FROM pg_tables WHERE schemaname = 'public'");

    private async Task<TestDatabase> NewAsync() => await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
}
