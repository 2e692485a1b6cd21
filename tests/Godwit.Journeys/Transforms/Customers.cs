using System.Security.Cryptography;
using System.Text;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Transforms;

/// <summary>A table of customers, and a mapping that makes every kind of transform of it.</summary>
internal static class Customers
{
    public const string Pepper = "a pepper of the legacy service";

    public const string Map = """
        tables:
          customers:
            columns:
              email: { transform: { "mask:email": { key: MASK_KEY } } }
              api_key: { transform: { hash: { key: API_KEY_PEPPER } }, rename: api_key_hash }
              key_bytes: { transform: { hash: { from: api_key, key: API_KEY_PEPPER, output: bytea } } }
              name: { leave_out: true }
              first_name: { transform: { split: { from: name, separator: " ", part: 1 } } }
              last_name: { transform: { split: { from: name, separator: " ", part: 2, rest: true } } }
              address: { transform: { merge: { from: [street, city], separator: ", " } } }
              plan: { transform: { lookup: { values: { free: basic, gold: pro }, otherwise: keep } } }
              login: { transform: { lower: login } }
              origin: { transform: { constant: legacy } }
              revision: { transform: { constant: 7 }, type: integer }
              checked: { transform: { constant: "yes" }, type: boolean }
              fee: { transform: { lookup: { from: plan, values: { free: "0", gold: "12.50" }, otherwise: "null" } }, type: "numeric(10,2)" }
              since: { transform: { copy: created_at }, type: timestamp }
        """;

    public static readonly IReadOnlyList<string> Statements =
    [
        """
        CREATE TABLE customers (
            id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, api_key TEXT, name TEXT NOT NULL, street TEXT, city TEXT, plan TEXT, login TEXT NOT NULL, created_at TEXT, visits INTEGER)
        """,
        "CREATE INDEX customers_plan ON customers (plan)",
        """
        INSERT INTO customers VALUES
            (1, 'ada@example.org', 'key-1', 'Ada King Lovelace', '1 Main St', 'London', 'free', 'ADA', '2024-02-29 12:34:56', 3),
            (2, 'Bob@example.org', NULL, 'Bob', NULL, 'Paris', 'gold', 'Bob', '2024-03-01 00:00:00', NULL),
            (3, 'é@exämple.org', 'ключ', 'Émile Zola', NULL, NULL, NULL, 'ÉMILE', NULL, 9)
        """,
    ];

    public static async Task<Journey> PrepareAsync(PostgresServers servers, params IReadOnlyList<string> more)
    {
        var journey = await Journey.PrepareAsync(servers, [.. Statements, .. more]);
        journey.Environment["MASK_KEY"] = "0123456789abcdef-mask";
        journey.Environment["API_KEY_PEPPER"] = Pepper;
        journey.Folder.Write("map.yaml", Map);
        return journey;
    }

    /// <summary>A journey with secrets and a mapping of its own.</summary>
    public static async Task<Journey> WithAsync(PostgresServers servers, string map, params IReadOnlyList<string> statements)
    {
        var journey = await Journey.PrepareAsync(servers, statements);
        journey.Environment["MASK_KEY"] = "0123456789abcdef-mask";
        journey.Environment["API_KEY_PEPPER"] = Pepper;
        journey.Folder.Write("map.yaml", map);
        return journey;
    }

    public static Task<Outcome> TransformAsync(this Journey journey, params IReadOnlyList<string> options) => journey.MoveAsync(["--map", journey.Folder.File("map.yaml"), .. options]);

    /// <summary>What an application looks a key up by.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Pepper), Encoding.UTF8.GetBytes(key)));
}
