using Godwit.TestServers;

namespace Godwit.Journeys.Survival;

/// <summary>Two movers at once on one target: one wins, the other says who holds it or what is there, and neither crashes.</summary>
public sealed class TwoMoversTests(PostgresServers servers)
{
    private const int FirstSeed = 500;

    [Fact]
    public Task One_of_two_movers_wins() => RaceAsync(rounds: 3);

    [Fact]
    [Trait("Category", "Soak")]
    public Task One_of_two_movers_wins_twenty_times() => RaceAsync(rounds: 20);

    private async Task RaceAsync(int rounds)
    {
        var server = await servers.DefaultAsync();
        for (var round = 0; round < rounds; round++)
        {
            await using var expedition = await Expedition.BeginAsync(server, FirstSeed + round);
            // Every other round from one folder, where they share the pointer to their run.
            var elsewhere = round % 2 == 0 ? expedition.Folder : Directory.CreateDirectory(Path.Combine(expedition.Folder, "elsewhere")).FullName;
            var (one, other) = (expedition.Begin(expedition.Folder), expedition.Begin(elsewhere));
            await using var first = one;
            await using var second = other;
            await Task.WhenAll(one.EndAsync(), other.EndAsync());
            var (winner, loser) = one.ExitCode == 0 ? (one, other) : (other, one);
            var story = $"round {round}\n--- {winner.ExitCode}\n{winner.Output}\n--- {loser.ExitCode}\n{loser.Output}";
            Assert.True(winner.ExitCode == 0 && loser.ExitCode == 1, story);
            Assert.True(new[] { "GW1303", "GW1307", "GW1309" }.Any(c => loser.Output.Contains(c, StringComparison.Ordinal)), story);
            if (elsewhere != expedition.Folder && winner == other) File.Copy(Path.Combine(elsewhere, "app.certificate.json"), Path.Combine(expedition.Folder, "app.certificate.json"));
            await expedition.FinishAsync();
        }
    }
}
