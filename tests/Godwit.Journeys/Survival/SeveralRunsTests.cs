using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Survival;

/// <summary>Runs of one folder into several targets: each stays known until it is over, and only what is there is promised.</summary>
public sealed class SeveralRunsTests(PostgresServers servers)
{
    private static readonly string[] Source = ["CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "CREATE INDEX by_v ON t (v)", "INSERT INTO t VALUES (1, 'a')"];

    [Fact]
    public async Task A_bare_resume_lists_several_unfinished_runs_and_takes_the_only_one()
    {
        using var journey = await Journey.PrepareAsync(servers, Source);
        var other = await journey.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await StopAtAsync(journey.Target, "by_v");
        await StopAtAsync(other, "by_v");
        Assert.Contains("`godwit resume` goes on", (await journey.MoveAsync()).MustBe(4).Document.Next, StringComparison.Ordinal);
        var second = (await MoveToAsync(journey, other, "--schema", "app")).MustBe(4);
        Assert.Contains($"`godwit resume --to '{other.Url}' --schema 'app'` goes on", second.Document.Next, StringComparison.Ordinal);
        foreach (var verb in new[] { "resume", "abort" })
        {
            var choice = (await journey.RunAsync(verb, "--json")).MustBe(2);
            Assert.Equal(2, choice.Errors.Count);
            Assert.All(choice.Errors, f => Assert.Equal("GW1309", f.Code));
            Assert.Contains(choice.Errors, f => f.Message.EndsWith($": godwit {verb} --to '{journey.Target.Url}'", StringComparison.Ordinal));
            Assert.Contains(choice.Errors, f => f.Message.EndsWith($": godwit {verb} --to '{other.Url}' --schema 'app'", StringComparison.Ordinal));
        }
        await GoOnAsync(other);
        (await journey.RunAsync("resume", "--to", other.Url, "--schema", "app", "--json")).MustBeVerified();
        await GoOnAsync(journey.Target);
        (await journey.RunAsync("resume", "--json")).MustBeVerified();
        Assert.False(Directory.Exists(journey.Folder.File(".godwit")));
    }

    [Fact]
    public async Task A_pointer_to_a_run_that_was_ended_elsewhere_is_not_in_the_way()
    {
        using var journey = await Journey.PrepareAsync(servers, Source);
        var other = await journey.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await StopAtAsync(journey.Target, "by_v");
        await StopAtAsync(other, "by_v");
        (await journey.MoveAsync()).MustBe(4);
        (await MoveToAsync(journey, other)).MustBe(4);
        using (var elsewhere = new WorkFolder())
            (await GodwitProcess.RunAsync(elsewhere.Path, journey.Environment, ["abort", "--to", other.Url])).MustBe(0);
        await GoOnAsync(journey.Target);
        (await journey.RunAsync("resume", "--json")).MustBeVerified();
        Assert.Equal(["1"], await journey.TextsAsync("SELECT count(*)::text FROM public.t"));
        Assert.False(Directory.Exists(journey.Folder.File(".godwit")));
    }

    [Fact]
    public async Task A_fault_before_a_run_begins_promises_nothing_whatever_an_older_run_left()
    {
        using var journey = await Journey.PrepareAsync(servers, Source);
        var other = await journey.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await StopAtAsync(journey.Target, "by_v");
        (await journey.MoveAsync()).MustBe(4);
        await StopAtAsync(other, "CREATE SCHEMA");
        var fault = (await MoveToAsync(journey, other)).MustBe(4);
        Assert.Equal("Nothing has been changed.", fault.Document.Next);
        (await journey.RunAsync("abort", "--json")).MustBe(0);
        Assert.False(Directory.Exists(journey.Folder.File(".godwit")));
    }

    private static Task<Outcome> MoveToAsync(Journey journey, TestDatabase target, params IReadOnlyList<string> options) =>
        journey.RunAsync(["move", "--from", journey.Folder.Source, "--to", target.Url, "--json", .. options]);

    private static Task StopAtAsync(TestDatabase target, string statement) => target.ExecuteAsync(
        $"""
        CREATE FUNCTION public.stop() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF current_query() LIKE '%{statement}%' THEN RAISE 'stopped by the test'; END IF; END $$;
        CREATE EVENT TRIGGER stop ON ddl_command_start WHEN TAG IN ('CREATE INDEX', 'CREATE SCHEMA') EXECUTE FUNCTION public.stop()
        """, superuser: true);

    private static Task GoOnAsync(TestDatabase target) => target.ExecuteAsync("DROP EVENT TRIGGER stop", superuser: true);
}
