using Godwit.Journeys.Running;

namespace Godwit.Journeys.Runbooks;

/// <summary>Runners that are killed with SIGKILL at moments that a seed chooses, one after another, until one comes to its end.</summary>
internal static class RandomKills
{
    /// <summary>Kills the runner some times, then lets it come to its end. One that is through before its time is not killed, and no other after it.</summary>
    /// <returns>How many were killed.</returns>
    public static async Task<int> RunAsync(RunbookFolder folder, Random random, int kills, string first, string then, int end, int longest = 1200)
    {
        var token = TestContext.Current.CancellationToken;
        var command = first;
        for (var i = 0; ; i++)
        {
            using var runner = folder.Start(command);
            if (i < kills)
            {
                // From before its first statement to some steps later: what it takes to start is most of the shortest.
                await Task.WhenAny(runner.WaitAsync(), Task.Delay(TimeSpan.FromMilliseconds(random.Next(150, longest)), token));
                if (!runner.HasExited)
                {
                    runner.Kill();
                    command = await HasRunAsync(folder) ? then : first;
                    continue;
                }
            }
            var outcome = await runner.WaitAsync();
            // Killed right after its end, it has nothing left to do.
            if (i > 0 && outcome.ExitCode == 1 && outcome.Output.Contains(end == 6 ? "is rolled-back" : "is finished", StringComparison.Ordinal)) return i;
            outcome.MustBe(end);
            return i;
        }
    }

    /// <summary>One that was rolled back before is over: a runner that was killed before it had begun another has left nothing to resume.</summary>
    private static async Task<bool> HasRunAsync(RunbookFolder folder) =>
        await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.runs') IS NOT NULL") && await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.runs WHERE parent IS NULL AND state <> 'RolledBack'") > 0;
}
