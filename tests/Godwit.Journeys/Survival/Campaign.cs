using System.Text;
using Godwit.TestServers;

namespace Godwit.Journeys.Survival;

/// <summary>Interrupts moves by a seed and counts where they were hit.</summary>
internal sealed class Campaign
{
    private readonly Dictionary<(Stage Stage, Blow Blow), int> _hits = [];

    public int Hits => _hits.Values.Sum();

    public int HitsIn(Stage stage) => _hits.Where(h => h.Key.Stage == stage).Sum(h => h.Value);

    /// <summary>One move, struck by one blow after another; each is resumed, and the last resume must end well.</summary>
    public async Task RunAsync(PostgresServer server, int seed, bool unfinished, IEnumerable<(Place Place, Blow Blow)> blows)
    {
        await using var expedition = await Expedition.BeginAsync(server, seed, unfinished);
        expedition.Tell($"seed {seed}");
        foreach (var (place, blow) in blows)
        {
            // Long enough for a busy machine to keep its lease, short enough to wait for.
            expedition.Environment["GODWIT_LEASE_SECONDS"] = blow is Blow.Silence or Blow.TakeOver ? "3" : "30";
            await using var mover = await expedition.GoOnAsync();
            if (!await expedition.Watch.FreezeAtAsync(mover, place))
            {
                await mover.EndAsync();
                Assert.True(mover.ExitCode == 0, $"ended {mover.ExitCode} before {place} after: {expedition.Story}\n{mover.Output}");
                expedition.Tell($"{place} was passed");
                break;
            }
            var seen = await expedition.Watch.LookAsync(mover);
            var stage = seen.Stage;
            expedition.Tell($"{blow} at {stage}+{seen.Done}");
            TestContext.Current.SendDiagnosticMessage(expedition.Story);
            await expedition.StrikeAsync(mover, blow, stage);
            _hits[(stage, blow)] = _hits.GetValueOrDefault((stage, blow)) + 1;
            if (await expedition.IsOverAsync()) break;
        }
        await expedition.FinishAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(expedition.Story);
    }

    /// <summary>How often each stage was hit by what.</summary>
    public string Figures()
    {
        var text = new StringBuilder();
        foreach (var stage in Enum.GetValues<Stage>())
            text.AppendLine($"{stage,-8} {HitsIn(stage),4}  {string.Join(", ", _hits.Where(h => h.Key.Stage == stage).OrderByDescending(h => h.Value).Select(h => $"{h.Key.Blow} {h.Value}"))}");
        return text.Append($"in all   {Hits,4}").ToString();
    }
}
