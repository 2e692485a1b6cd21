using System.Diagnostics;
using Godwit.TestServers;
using static Godwit.Postgres.Tests.Backfill.Backfilling;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>What encrypting costs beside a backfill that only lower-cases.</summary>
[Trait("Category", "Soak")]
public sealed class EncryptCostTests(PostgresServers servers)
{
    private const int Rows = 200_000;

    private const string Paced = "passes: 1, max_wal_share: 100";

    [Fact]
    public async Task An_encrypting_backfill_takes_at_most_half_as_long_again_as_a_plain_one()
    {
        await using var keyring = await TestKeyring.MakeAsync();
        var (plain, encrypted) = (new List<TimeSpan>(), new List<TimeSpan>());
        // The first round warms up; of the others each pair is one after the other, so that what else the machine does befalls both.
        for (var round = 0; round < 4; round++)
        {
            plain.Add(await MeasureAsync(keyring, $"{{from: users, set: {{filled_text: {{lower: email}}}}, {Paced}}}"));
            encrypted.Add(await MeasureAsync(keyring, $"{{from: users, set: {{filled: {{encrypt: {{from: email, row: [id]}}}}}}, {Paced}}}"));
        }
        var ratios = plain.Zip(encrypted).Skip(1).Select(p => p.Second / p.First).Order().ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"plain {string.Join(", ", plain)}; encrypted {string.Join(", ", encrypted)}; ratios {string.Join(", ", ratios)}");
        Assert.True(ratios[1] <= 1.5, $"the median of {string.Join(", ", ratios)}");
    }

    private async Task<TimeSpan> MeasureAsync(TestKeyring keyring, string yaml)
    {
        var fill = await MakeAsync(
            await servers.DefaultAsync(),
            $"CREATE TABLE users (id bigint PRIMARY KEY, email text, filled_text text, filled bytea); INSERT INTO users SELECT n, 'User' || n || '@example.com' FROM generate_series(1, {Rows}) n; ANALYZE users", yaml);
        fill.Keyring = keyring.Run;
        AssertPassed(await fill.PrecheckAsync());
        var watch = Stopwatch.StartNew();
        AssertPassed(await fill.ApplyAsync());
        return watch.Elapsed;
    }
}
