using Godwit.Engine.Rehearsals;
using Godwit.Postgres.Rehearsals;
using Godwit.Security.Signing;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Rehearsals;

public sealed class RehearsalRowsTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_written_at_once_make_one_chain()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        using var key = SigningKey.Create();
        var known = new KnownSigners([key.Public]);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async n =>
        {
            await using var connection = await database.OpenAsync(cancellationToken: Token);
            await RehearsalRows.AddAsync(connection, Record(n % 4 == 0 ? "other" : "shop"), key, known, Token);
        }));
        await using var reading = await database.OpenAsync(cancellationToken: Token);
        foreach (var (runbook, count) in new[] { ("shop", 9), ("other", 3) })
        {
            var stored = await RehearsalRows.ReadAsync(reading, runbook, Token);
            Assert.Equal(count, stored.Count);
            var previous = stored.Select(s => RehearsalRecordText.Read(s.Text, known).Record!.Previous).ToList();
            Assert.Single(previous, p => p is null);
            Assert.Equal(count, previous.Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(
                stored.Select(s => RehearsalRecordText.HashOf(s.Text)).Order(StringComparer.Ordinal),
                previous.OfType<string>().Append(RehearsalRecordText.HashOf(RehearsalChain.EndOf(stored, known)!.Text)).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task What_somebody_else_put_there_is_not_followed_nor_is_a_clock_that_went_back()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        using var key = SigningKey.Create();
        using var stranger = SigningKey.Create();
        var known = new KnownSigners([key.Public]);
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        var first = await RehearsalRows.AddAsync(connection, Record("shop"), key, known, Token);
        await RehearsalRows.AddAsync(connection, Record("shop"), stranger, new KnownSigners([stranger.Public]), Token);
        var second = await RehearsalRows.AddAsync(connection, Record("shop"), key, known, Token);
        // As if the server's clock had been an hour ahead when the first was written.
        await database.ExecuteAsync($"UPDATE godwit.rehearsals SET ended_at = ended_at + '1 h' WHERE id = '{first.Id}'");
        var third = await RehearsalRows.AddAsync(connection, Record("shop"), key, known, Token);
        var stored = await RehearsalRows.ReadAsync(connection, "shop", Token);
        Assert.Equal(RehearsalRecordText.HashOf(stored.Single(s => s.Id == first.Id).Text), second.Previous);
        Assert.Equal(RehearsalRecordText.HashOf(stored.Single(s => s.Id == second.Id).Text), third.Previous);
    }

    private static RehearsalRecord Record(string runbook) => new()
    {
        Id = Guid.NewGuid(), Runbook = runbook, Plan = "plan", Target = new RehearsedTarget("7001", "16384"), Copy = new RehearsedCopy("one", DateTimeOffset.UnixEpoch, 10, Anonymised: false), ToolVersion = "1.0.0",
        BeganAt = DateTimeOffset.UnixEpoch, EndedAt = DateTimeOffset.UnixEpoch, Outcome = RehearsalOutcome.Good, Sampling = new LockSampling(20, 10),
    };
}
