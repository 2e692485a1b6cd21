using Godwit.Cli.Demo.Service;

namespace Godwit.Cli.Demo;

/// <summary>
/// For <c>--trip</c>: once half of the lookups are green's, green is deployed again with the settings of another environment, and from then on refuses everybody. Then it watches for the moment at which the
/// proxy's file sends nobody there any more.
/// </summary>
internal sealed class GreenSpoiler(ProxySettings proxy, Green green, TimeProvider time, Action<string> tell)
{
    private const int HalfOfIt = 50;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);

    /// <summary>As the clock counts; null as long as it has not happened.</summary>
    public long? SpoiledAt { get; private set; }

    /// <summary>The same moment, and that of the way back, as the calendar has them: the journal's times are compared with these.</summary>
    public DateTimeOffset? Spoiled { get; private set; }

    public DateTimeOffset? BackAtBlue { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (proxy.ReadShare() < HalfOfIt) await Task.Delay(s_look, time, stop);
            // Long enough for some lookups to be answered rightly at that weight.
            await Task.Delay(TimeSpan.FromSeconds(1), time, stop);
            green.TakeAnotherPepper();
            (SpoiledAt, Spoiled) = (time.GetTimestamp(), time.GetUtcNow());
            tell("!! green is deployed again, with the settings of another environment: it hashes keys for another purpose, and refuses every key that it is sent");
            while (proxy.ReadShare() > 0) await Task.Delay(s_look, time, stop);
            BackAtBlue = time.GetUtcNow();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The run was over before.
        }
    }
}
