using Godwit.Engine.Runs;

namespace Godwit.Engine.Tests.Runs;

public sealed class RetriesTests
{
    [Fact]
    public async Task Work_that_gets_on_meets_more_faults_than_it_has_attempts()
    {
        var (faults, done) = (0, 0L);
        var waits = new List<TimeSpan>();
        var result = await new Retries(TimeProvider.System, new Random(1)).RunAsync(
            _ =>
            {
                done++;
                return faults++ < 2 * Retries.Attempts ? throw new TargetFaultException(TargetFault.ConnectionLost, "gone", null, null) : Task.FromResult("done");
            },
            (_, wait) => waits.Add(wait), TestContext.Current.CancellationToken, () => done);
        Assert.Equal("done", result);
        // Each is the first again, so that its wait is short.
        Assert.All(waits, w => Assert.InRange(w, TimeSpan.Zero, TimeSpan.FromMilliseconds(100)));
        Assert.Equal(2 * Retries.Attempts, waits.Count);
    }
}
