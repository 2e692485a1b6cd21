using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Transforms;

/// <summary>A move with transforms that is killed inside its copy: the secrets are read again, and must be the same.</summary>
public sealed class InterruptedTests(PostgresServers servers)
{
    private const int Rows = 12_000;

    private static readonly string[] Statements =
    [
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email TEXT UNIQUE, api_key TEXT NOT NULL)",
        $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows}) INSERT INTO clients SELECT i, 'person' || i || '@example.org', 'key-' || i FROM n",
    ];

    private const string Map = """
        tables:
          clients:
            columns:
              email: { transform: { "mask:email": { key: MASK_KEY } } }
              api_key: { transform: { hash: { key: API_KEY_PEPPER } } }
        """;

    [Fact]
    public async Task A_killed_move_goes_on_with_the_same_secrets_only()
    {
        using var journey = await Customers.WithAsync(servers, Map, Statements);
        using (var move = journey.Start("move", "--from", "source.sqlite", "--to", journey.Target.Url, "--map", "map.yaml", "--range-rows", "100", "--jobs", "1"))
        {
            while (!await IsCopyingAsync(journey))
            {
                if (move.HasExited) (await move.WaitAsync()).MustBe(-1);
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
            move.Kill();
        }
        var copied = (long)(await journey.RowAsync("SELECT count(*) FROM clients"))[0]!;
        Assert.InRange(copied, 1, Rows - 1);

        journey.Environment["API_KEY_PEPPER"] = "another pepper";
        var refused = (await journey.RunAsync("resume", "--json")).MustBe(1);
        Assert.Contains("API_KEY_PEPPER", refused.Finding("GW1320").Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MASK_KEY", refused.Output, StringComparison.Ordinal);
        journey.Environment["API_KEY_PEPPER"] = null;
        Assert.Contains("API_KEY_PEPPER", (await journey.RunAsync("resume", "--json")).MustBe(1).Finding("GW1742").Message, StringComparison.Ordinal);
        Assert.Equal(copied, (await journey.RowAsync("SELECT count(*) FROM clients"))[0]);

        journey.Environment["API_KEY_PEPPER"] = Customers.Pepper;
        (await journey.RunAsync("resume", "--json")).MustBeVerified();
        var rows = await journey.RowsAsync("SELECT id, api_key FROM clients ORDER BY id");
        Assert.Equal(Enumerable.Range(1, Rows).Select(i => ((long)i, Customers.Hash($"key-{i}"))), rows.Select(r => ((long)r[0]!, (string)r[1]!)));
        (await journey.VerifyAsync()).MustBeVerified();
    }

    private static async Task<bool> IsCopyingAsync(Journey journey) =>
        (bool)(await journey.RowAsync("SELECT to_regclass('godwit.ranges') IS NOT NULL"))[0]! && (long)(await journey.RowAsync("SELECT count(*) FROM godwit.ranges WHERE done"))[0]! >= 5;
}
