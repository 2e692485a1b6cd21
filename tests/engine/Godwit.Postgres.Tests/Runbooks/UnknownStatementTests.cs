using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Runbooks;

/// <summary>Statements outside a transaction that break off half way: nobody can tell whether they happened, and the run asks.</summary>
public sealed class UnknownStatementTests(PostgresServers servers)
{
    /// <summary>As long as there is a hold of its name, the statement is at work.</summary>
    private const string Tables =
        """
        CREATE TABLE public.log (step text);
        CREATE TABLE public.holds (step text);
        INSERT INTO public.holds VALUES ('a'), ('b');
        CREATE FUNCTION public.when_let(step text) RETURNS text LANGUAGE plpgsql AS
            $$ BEGIN WHILE EXISTS (SELECT FROM public.holds h WHERE h.step = when_let.step) LOOP PERFORM pg_sleep(0.01); END LOOP; RETURN step; END $$;
        """;

    [Theory]
    [InlineData(UnknownStatement.Again)]
    [InlineData(UnknownStatement.Done)]
    public async Task A_statement_that_broke_off_is_decided_by_a_person_and_the_rest_goes_on(UnknownStatement decision)
    {
        var database = await NewAsync();
        var script = Outside(database);
        await AssertBrokenAsync(database, script.RunAsync(), "a");
        Assert.Equal(StepState.Unknown, Assert.Single((await script.ReadAsync()).Steps).State);
        await database.ExecuteAsync("DELETE FROM holds");
        // Undecided, it stays where it is.
        Assert.Contains("its end was not seen", Assert.IsType<RunbookOutcome.Paused>(await script.GoOnAsync()).Reason, StringComparison.Ordinal);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM log"));
        if (decision == UnknownStatement.Done) await database.ExecuteAsync("INSERT INTO log VALUES ('a')");

        Assert.Equal(new RunbookOutcome.Reached(RunbookState.Finished), await script.GoOnAsync(decision));
        Assert.Equal("a,b", await database.ScalarAsync<string>("SELECT string_agg(step, ',' ORDER BY step) FROM log"));
    }

    [Theory]
    [InlineData(UnknownStatement.Again)]
    [InlineData(UnknownStatement.Done)]
    public async Task A_decision_is_about_one_statement_and_not_about_the_next_that_breaks_off(UnknownStatement decision)
    {
        var database = await NewAsync();
        var script = Outside(database);
        await AssertBrokenAsync(database, script.RunAsync(), "a");
        if (decision == UnknownStatement.Done) await database.ExecuteAsync("INSERT INTO log VALUES ('a')");
        await database.ExecuteAsync("DELETE FROM holds WHERE step = 'a'");

        await AssertBrokenAsync(database, script.GoOnAsync(decision), "b");
        Assert.Equal("a", await database.ScalarAsync<string>("SELECT string_agg(step, ',') FROM log"));
        await database.ExecuteAsync("DELETE FROM holds");
        Assert.Equal(new RunbookOutcome.Reached(RunbookState.Finished), await script.GoOnAsync(UnknownStatement.Again));
        Assert.Equal("a,b", await database.ScalarAsync<string>("SELECT string_agg(step, ',' ORDER BY step) FROM log"));
    }

    [Fact]
    public async Task A_run_with_a_statement_that_broke_off_can_go_back()
    {
        var database = await NewAsync();
        var script = Outside(database);
        await AssertBrokenAsync(database, script.RunAsync(), "a");
        await database.ExecuteAsync("DELETE FROM holds");
        Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack), await script.RollBackAsync());
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM log"));
    }

    private static Script Outside(TestDatabase database) => new Script(database).Sql(
        Phase.Expand, "outside", "INSERT INTO log SELECT when_let('a');\nINSERT INTO log SELECT when_let('b');", "DELETE FROM log", transaction: false);

    /// <summary>Ends the session that is at work on a statement, and sees the run pause.</summary>
    private static async Task AssertBrokenAsync(TestDatabase database, Task<RunbookOutcome> run, string statement)
    {
        await Patience.UntilAsync(
            async () => await database.ScalarAsync<long>(
                $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'INSERT INTO log SELECT when_let(''{statement}'')%' AND datname = current_database()") > 0,
            run);
        Assert.Contains("the statement was begun and its end was not seen", Assert.IsType<RunbookOutcome.Paused>(await run.WaitAsync(TimeSpan.FromMinutes(1))).Reason, StringComparison.Ordinal);
    }

    private async Task<TestDatabase> NewAsync()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await database.ExecuteAsync(Tables);
        return database;
    }
}
