using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Moving;

/// <summary>
/// A file that is large enough to be read in parts: every reader, the page check and the planner work at the same time. In processes of
/// their own, because what goes wrong there ends a process.
/// </summary>
public sealed class LargeFileTests(PostgresServers servers)
{
    private const string Numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task It_moves_and_verifies_with_any_number_of_jobs(int jobs)
    {
        using var journey = await Journey.PrepareAsync(
            servers,
            "CREATE TABLE dense (id INTEGER PRIMARY KEY, body TEXT NOT NULL, at REAL)",
            "CREATE TABLE sparse (id INTEGER PRIMARY KEY, body BLOB)",
            "CREATE TABLE keyless (a TEXT, b INTEGER)",
            "CREATE TABLE clustered (code TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID",
            "CREATE TABLE few (id INTEGER PRIMARY KEY)",
            "CREATE TABLE none (id INTEGER PRIMARY KEY, body TEXT)",
            $"{Numbers} 60000) INSERT INTO dense SELECT i, printf('%0120d', i), i / 7.0 FROM n",
            $"{Numbers} 30000) INSERT INTO sparse SELECT i * i * 1000, randomblob(200) FROM n",
            $"{Numbers} 40000) INSERT INTO keyless SELECT printf('%0100d', i % 100), i FROM n",
            $"{Numbers} 30000) INSERT INTO clustered SELECT printf('%0100d', i), i FROM n",
            "INSERT INTO few VALUES (-9223372036854775808), (0), (9223372036854775807)");
        Assert.True(new FileInfo(journey.Folder.Source).Length > 20_000_000);
        using var move = journey.Start("move", "--from", "source.sqlite", "--to", journey.Target.Url, "--jobs", $"{jobs}", "--json");
        var moved = (await move.WaitAsync()).MustBeVerified();
        Assert.Equal(160_003, moved.Document.Tables.Sum(t => t.Rows));
        using var verify = journey.Start("verify", "--from", "source.sqlite", "--to", journey.Target.Url, "--jobs", $"{jobs}", "--paranoid", "--json");
        (await verify.WaitAsync()).MustBeVerified();
    }
}
