using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Tests.Steps;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Runbooks;

/// <summary>A step's timeout and a phase's deadline: inside a step, between steps, forward and back.</summary>
public sealed class TimeLimitTests(PostgresServers servers)
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task A_transaction_that_takes_longer_than_its_step_may_is_rolled_back()
    {
        var script = new Script(await NewAsync()).Sql(Phase.Expand, "slow", "CREATE TABLE t (id int); SELECT pg_sleep(60)", "DROP TABLE t", timeout: s_short);
        Assert.Equal("step slow: it took longer than its timeout of 300ms, and was ended", Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync()).Reason);
        Assert.Equal([StepState.Pending], (await script.ReadAsync()).Steps.Select(s => s.State));
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
    }

    [Fact]
    public async Task Of_a_statement_outside_a_transaction_nobody_knows_whether_it_happened()
    {
        var script = new Script(await NewAsync()).Sql(Phase.Expand, "slow", "SELECT pg_sleep(60)", "SELECT 1", transaction: false, timeout: s_short);
        Assert.Contains("took longer than its timeout", Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync()).Reason, StringComparison.Ordinal);
        Assert.Equal([StepState.Unknown], (await script.ReadAsync()).Steps.Select(s => s.State));
        Assert.Contains("--unknown", Assert.IsType<RunbookOutcome.Paused>(await script.GoOnAsync()).Reason, StringComparison.Ordinal);
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync(UnknownStatement.Done));
    }

    [Theory]
    [InlineData("- {timeout: 300ms, wait: 1h}")]
    [InlineData("- {timeout: 300ms, smoke: {checks: [{sql: SELECT false}], within: 1h}}")]
    [InlineData("- {timeout: 300ms, smoke: [{sql: SELECT pg_sleep(20) IS NOT NULL}]}")]
    [InlineData("- {timeout: 300ms, irreversible: no, command: {run: [/bin/true], verify: [{sql: SELECT pg_sleep(20) IS NOT NULL}]}}")]
    public async Task Every_kind_keeps_to_its_timeout(string step)
    {
        using var script = (await KindScript.NewAsync(servers)).Steps(step);
        Assert.Contains("took longer than its timeout of 300ms", Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deadline_ends_a_switch_inside_a_step_and_who_goes_on_gives_it_as_much_time_again()
    {
        var database = await NewAsync();
        var script = new Script(database) { Deadline = TimeSpan.FromSeconds(1) }
            .Sql(Phase.Switch, "first", "CREATE TABLE t (id int)", "DROP TABLE t")
            .Sql(Phase.Switch, "slow", "SELECT pg_sleep(60); INSERT INTO t VALUES (1)", "DELETE FROM t");
        Assert.Equal("the deadline of switch (1s) ended in step slow", Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync()).Reason);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM public.t"));
        Assert.Equal("the deadline of switch (1s) ended in step slow", Assert.IsType<RunbookOutcome.Paused>(await script.GoOnAsync()).Reason);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE kind = 'deadline-extended'"));
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
    }

    [Fact]
    public async Task A_deadline_ends_a_phase_between_steps()
    {
        var database = await NewAsync();
        var script = new Script(database) { Deadline = TimeSpan.FromSeconds(1) };
        await database.ExecuteAsync("CREATE TABLE public.log (at timestamptz)");
        for (var i = 0; i < 20; i++) script.Sql(Phase.Expand, $"step{i}", "INSERT INTO log SELECT now(); SELECT pg_sleep(0.2)", "DELETE FROM log");
        Assert.StartsWith("the deadline of expand (1s) ended in step step", Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync()).Reason, StringComparison.Ordinal);
        Assert.InRange(await database.ScalarAsync<long>("SELECT count(*) FROM public.log"), 1, 6);
    }

    [Fact]
    public async Task A_run_that_was_paused_by_somebody_pauses_when_its_deadline_is_over_meanwhile()
    {
        var database = await NewAsync();
        var script = new Script(database) { Deadline = TimeSpan.FromMinutes(1) }.Sql(Phase.Expand, "fails", "SELECT 1/(SELECT count(*) FROM pg_tables WHERE tablename = 'go')", "SELECT 1");
        Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        await database.ExecuteAsync("CREATE TABLE public.go (id int)");
        await database.ExecuteAsync("UPDATE godwit.phases SET began_at = began_at - interval '1 h'");
        Assert.Equal("the deadline of expand (1m) is over", Assert.IsType<RunbookOutcome.Paused>(await script.GoOnAsync()).Reason);
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
    }

    [Fact]
    public async Task A_deadline_ends_the_way_back_and_the_next_attempt_has_as_much_time_again()
    {
        var database = await NewAsync();
        var script = new Script(database) { Deadline = TimeSpan.FromSeconds(1) }
            .Sql(Phase.Switch, "slow", "CREATE TABLE t (id int); CREATE TABLE slow ()", "SELECT pg_sleep(60) WHERE EXISTS (SELECT FROM pg_tables WHERE tablename = 'brake'); DROP TABLE t; DROP TABLE slow");
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        await database.ExecuteAsync("CREATE SCHEMA other; CREATE TABLE other.brake ()");
        Assert.Equal("the deadline of switch (1s) ended on the way back, in step slow", Assert.IsType<RunbookOutcome.Paused>(await script.RollBackAsync()).Reason);
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE tablename IN ('t', 'slow')"));
        await database.ExecuteAsync("DROP SCHEMA other CASCADE");
        Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack), await script.RollBackAsync());
    }

    private async Task<TestDatabase> NewAsync() => await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
}
