using System.Diagnostics;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>The clock of the runner's machine is moved by hours under it: leases, waits and observations go by the database's clock.</summary>
public sealed class MovedClockTests(PostgresServers servers)
{
    private const string Phases = """
          expand:
            steps:
              - {id: table, sql: table.sql}
          observe:
            steps:
              - {id: rest, wait: 4s}
              - {id: watch, observe: {every: 200ms, sample: [{sql: SELECT count(*) = 0 FROM log}], at: [1s, 8s]}}
        """;

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task A_clock_that_is_moved_shortens_and_lengthens_nothing(int hours)
    {
        using var clock = new FalseClock();
        using var folder = (await RunbookFolder.PrepareAsync(servers)).Runbook(Phases).Sql("table.sql", "CREATE TABLE log (step text)", "DROP TABLE log");
        folder.Environment["GODWIT_LEASE_SECONDS"] = "2";
        foreach (var (name, value) in clock.Environment) folder.Environment[name] = value;
        var took = Stopwatch.StartNew();
        using var runner = folder.Start("run");
        // What another machine's clock says.
        foreach (var name in clock.Environment.Keys) folder.Environment.Remove(name);

        await Patience.UntilAsync(async () => await IsAtAsync(folder, "rest"), runner.WaitAsync());
        clock.Move(TimeSpan.FromHours(hours));
        await Patience.UntilAsync(async () => await IsAtAsync(folder, "watch"), runner.WaitAsync());
        clock.Move(TimeSpan.FromHours(-hours));
        // Its lease is alive: nobody takes over.
        Assert.Contains("is at work on run", (await folder.RunAsync("run")).MustBe(1).Output, StringComparison.Ordinal);
        (await runner.WaitAsync()).MustBe(0);

        Assert.True(took.Elapsed > TimeSpan.FromSeconds(12));
        Assert.InRange(await SecondsAsync(folder, "rest"), 4, 60);
        Assert.InRange(await SecondsAsync(folder, "watch"), 8, 60);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE abs(extract(epoch FROM at - now())) > 600"));
    }

    private static async Task<bool> IsAtAsync(RunbookFolder folder, string step) =>
        await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.steps') IS NOT NULL")
        && await folder.Target.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM godwit.steps WHERE id = '{step}' AND progress IS NOT NULL)");

    private static Task<double> SecondsAsync(RunbookFolder folder, string step) =>
        folder.Target.ScalarAsync<double>($"SELECT extract(epoch FROM finished_at - began_at)::float8 FROM godwit.steps WHERE id = '{step}'");
}
