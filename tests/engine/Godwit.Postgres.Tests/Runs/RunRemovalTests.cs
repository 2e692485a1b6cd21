using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Postgres.Tests.Schema;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Runs.RunTarget;

namespace Godwit.Postgres.Tests.Runs;

/// <summary>Aborting takes back what the run has made, and nothing else.</summary>
public sealed class RunRemovalTests(PostgresServers servers)
{
    private static readonly MovePlan Plan = Plans.Of(
        "public",
        [
            Plans.Table("parent", Plans.Column("id", TargetType.Bigint) with { Identity = true }) with { PrimaryKey = new KeyPlan("parent_pkey", [0]) },
            Plans.Table("child", Plans.Column("id", TargetType.Bigint), Plans.Column("parent", TargetType.Bigint)) with
            {
                ForeignKeys = [new ForeignKeyPlan { Name = "child_parent_fkey", Columns = [1], Parent = "parent", ParentColumns = ["id"] }],
                Quarantine = new QuarantinePlan("child__quarantine", [1], []),
            },
        ],
        new ViewPlan("all", "all", ["id"], "SELECT id FROM public.child"));

    [Fact]
    public async Task Everything_that_the_run_has_made_goes()
    {
        var target = await MakeAsync(servers, Plan);
        await using var runner = (await target.BeginAsync()).Target!;
        await target.Database.ExecuteAsync("CREATE TABLE public.stranger (id int); CREATE VIEW public.strange AS SELECT * FROM public.stranger");
        foreach (var step in (Engine.Moves.TargetStep[])[.. runner.StepsBeforeCopy, .. runner.StepsAfterCopy]) await runner.RunStepAsync(step, Token);
        Assert.Equal("all,child,child__quarantine,parent,parent_id_seq,parent_pkey,strange,stranger", await RelationsAsync(target));
        await runner.AbortAsync(Token);
        Assert.Equal("strange,stranger", await RelationsAsync(target));
        Assert.Equal(0, await target.CountAsync("godwit.steps"));
        Assert.Equal(0, await target.CountAsync("godwit.ranges"));
        Assert.Equal(1, await target.CountAsync("godwit.runs"));
    }

    [Fact]
    public async Task What_the_run_had_not_come_to_stays_whoever_made_it()
    {
        var target = await MakeAsync(servers, Plan);
        await using var runner = (await target.BeginAsync()).Target!;
        foreach (var step in runner.StepsBeforeCopy.Where(s => s.Table is null or "child")) await runner.RunStepAsync(step, Token);
        await target.Database.ExecuteAsync("CREATE TABLE public.parent (mine int); CREATE TABLE public.child__quarantine (mine int); CREATE VIEW public.\"all\" AS SELECT * FROM public.parent");
        await runner.AbortAsync(Token);
        Assert.Equal("all,child__quarantine,parent", await RelationsAsync(target));
    }

    [Fact]
    public async Task What_others_hang_on_a_table_stops_the_removal_and_nothing_is_gone()
    {
        var target = await MakeAsync(servers, Plan);
        await using var runner = (await target.BeginAsync()).Target!;
        foreach (var step in runner.StepsBeforeCopy) await runner.RunStepAsync(step, Token);
        await target.Database.ExecuteAsync("CREATE VIEW public.report AS SELECT * FROM public.child");
        var fault = await Assert.ThrowsAsync<PostgresException>(() => runner.AbortAsync(Token));
        Assert.Equal(PostgresErrorCodes.DependentObjectsStillExist, fault.SqlState);
        Assert.Equal("child,child__quarantine,parent,parent_id_seq,report", await RelationsAsync(target));
        Assert.NotEmpty(await runner.FinishedStepsAsync(Token));
    }

    private static Task<string> RelationsAsync(RunTarget target) =>
        target.Database.ScalarAsync<string>("SELECT coalesce(string_agg(relname, ',' ORDER BY relname), '') FROM pg_class WHERE relnamespace = 'public'::regnamespace");
}
