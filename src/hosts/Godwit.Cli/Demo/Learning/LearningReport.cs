using System.Globalization;
using Godwit.Cli.Runs;
using Npgsql;

namespace Godwit.Cli.Demo.Learning;

/// <summary>What the demo shows at its end: looked up in the database, not repeated from what the run said.</summary>
internal sealed class LearningReport(RunConsole console, LearningTraffic traffic, LearningBook book, LearningStory story)
{
    /// <summary>The same for programs; null before it was shown.</summary>
    public IReadOnlyDictionary<string, double>? Figures { get; private set; }

    public async Task<int> ShowAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var (lost, twice) = await book.CompareAsync(connection, cancellation);
        console.Console.Line($"Writes meanwhile: {book.Acknowledged:N0} acknowledged, {lost:N0} lost, {twice:N0} there twice or again.");
        console.Console.Line($"Reads meanwhile: {traffic.Reads:N0}. Failed requests: {traffic.Failed:N0}. Told to ask the other side: {traffic.Refused:N0}. The slowest request took {traffic.Slowest.TotalMilliseconds:0} ms.");
        if (traffic.Fault is { } fault) console.Console.Line($"  the first that failed: {fault}");
        console.Console.Line($"Longest time without a write: {string.Join(", ", story.Pauses.Select(Milliseconds))} (switch, return, second switch). The rollback took {story.Back.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s.");
        Figures = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["acknowledged"] = book.Acknowledged, ["lost"] = lost, ["duplicated"] = twice, ["failed"] = traffic.Failed, ["reads"] = traffic.Reads, ["toldToAskTheOtherSide"] = traffic.Refused,
            ["slowestMilliseconds"] = traffic.Slowest.TotalMilliseconds, ["switchPauseMilliseconds"] = story.Pauses[0].TotalMilliseconds, ["returnPauseMilliseconds"] = story.Pauses[1].TotalMilliseconds,
            ["secondSwitchPauseMilliseconds"] = story.Pauses[2].TotalMilliseconds, ["rollbackSeconds"] = story.Back.TotalSeconds,
        };
        return lost == 0 && twice == 0 && traffic.Failed == 0 ? ExitCode.Done : ExitCode.NotVerified;
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}
