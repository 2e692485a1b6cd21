using Godwit.Journeys.Running;

namespace Godwit.Journeys.Runbooks;

/// <summary>Carries a run of every kind of step to its end, forward or back, while something befalls it at places that rise.</summary>
internal sealed class Disturbance(EveryKind world, Random random)
{
    private const int Done = 0, Refused = 1, Interrupted = 4, Paused = 5, RolledBack = 6, Killed = 137;

    private readonly List<string> _story = [];

    /// <summary>Whether the first runner has to come to the end by itself, but for a statement whose end nobody saw.</summary>
    public bool EndsByItself { get; init; }

    public string Story => string.Join('\n', _story);

    public static List<(int Steps, int Changes)> Places(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.Next(EveryKind.Steps.Count), random.Next(random.Next(2) == 0 ? 8 : 40))).Order()];

    /// <param name="back">Whether the run goes back.</param>
    /// <param name="places">After how many steps, and how many changes more.</param>
    /// <param name="strike">What befalls the runner there.</param>
    /// <returns>How often it was struck.</returns>
    public async Task<int> GoAsync(bool back, IReadOnlyList<(int Steps, int Changes)> places, Func<GodwitProcess, Task> strike)
    {
        await using var watch = new RunWatch(world.Target);
        var next = 0;
        var unknown = false;
        for (var start = 0; start < places.Count + 20; start++)
        {
            var command = back ? (start == 0 || random.Next(2) == 0 || !await watch.IsGoingBackAsync() ? "rollback" : "resume") : await watch.HasRunAsync() ? "resume" : "run";
            using var runner = unknown ? world.Folder.Start("resume", "--unknown", "again") : world.Folder.Start(command);
            while (next < places.Count && await watch.ReachAsync(places[next].Steps, places[next].Changes, back, () => runner.HasExited))
            {
                _story.Add($"struck at {places[next]}: {watch.Last}");
                next++;
                await strike(runner);
            }
            var outcome = await runner.WaitAsync();
            _story.Add($"{command} ended {outcome.ExitCode}");
            // The one that nobody can tell: a statement outside a transaction, which bears to be done again.
            unknown = outcome.ExitCode == Paused && outcome.Output.Contains("its end was not seen", StringComparison.Ordinal);
            if (unknown || (!EndsByItself && outcome.ExitCode is Killed or Interrupted)) continue;
            // Struck before it has the run, a command has nothing to go on with: whoever typed it types it again.
            if (outcome.ExitCode == Interrupted && !(back ? await watch.IsGoingBackAsync() : await watch.HasRunAsync())) continue;
            // Struck right after its end, it has nothing left to do.
            if (start > 0 && outcome.ExitCode == Refused && (outcome.Output.Contains("is finished", StringComparison.Ordinal) || outcome.Output.Contains("is rolled-back", StringComparison.Ordinal))) return next;
            Assert.True(outcome.ExitCode == (back ? RolledBack : Done), $"{Story}\n{outcome.Output}\n{outcome.Error}");
            return next;
        }
        Assert.Fail($"it came to no end\n{Story}");
        return next;
    }
}
