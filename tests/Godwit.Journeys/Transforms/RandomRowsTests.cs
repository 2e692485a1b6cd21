using System.Globalization;
using System.Text;
using Godwit.Engine.Mapping;
using Godwit.Engine.Steps;
using Godwit.Engine.Transforms;
using Godwit.Journeys.Running;
using Godwit.Model.Moves;
using Godwit.TestServers;

namespace Godwit.Journeys.Transforms;

/// <summary>Random rows: what arrives is what the transform, applied here to what was put in, gives.</summary>
public sealed class RandomRowsTests(PostgresServers servers)
{
    private const int Rows = 400;

    private static readonly string[] Words = ["", "a", "Ada Lovelace", "ÀÉ x", "x,y,,z", "日本 語", "😀 pile", "key-", "A@B.c", "free", "gold", "'quote'", "tab\there", "İstanbul"];

    private const string Map = """
        tables:
          t:
            columns:
              a: { transform: { lower: a } }
              b: { transform: { hash: { key: API_KEY_PEPPER, output: base64url } } }
              c: { transform: { "mask:email": { key: MASK_KEY } } }
              d: { transform: { split: { from: a, separator: " ", part: 2, rest: true } } }
              e: { transform: { merge: { from: [c, a, n], separator: "|", nulls: "null" } } }
              f: { transform: { merge: { from: [r, n] } } }
              g: { transform: { lookup: { from: a, values: { free: basic, "x,y,,z": commas }, otherwise: keep } } }
              h: { transform: { hash: { from: z, output: bytea } } }
              i: { transform: { constant: "it's" } }
        """;

    [Theory]
    [InlineData("UTF-8", 1)]
    [InlineData("UTF-8", 2)]
    [InlineData("UTF-16le", 3)]
    [InlineData("UTF-16be", 4)]
    public async Task Random_rows_arrive_as_their_transforms(string encoding, int seed)
    {
        using var journey = await Customers.WithAsync(servers, Map, $"PRAGMA encoding = '{encoding}'", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b, c TEXT, n INTEGER, r REAL, z)");
        var random = new Random(seed);
        var source = new List<Dictionary<string, object?>>();
        using (var connection = Godwit.Sqlite.Native.SqliteConnection.OpenForWriting(journey.Folder.Source))
        {
            connection.Execute("BEGIN");
            for (var id = 1L; id <= Rows; id++)
            {
                var row = new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["id"] = id, ["a"] = Text(random), ["b"] = Anything(random), ["c"] = Text(random), ["n"] = random.Next(4) == 0 ? null : random.NextInt64(long.MinValue, long.MaxValue),
                    ["r"] = random.Next(4) == 0 ? null : Math.Round(random.NextDouble() * 1000, random.Next(4)), ["z"] = Anything(random),
                };
                source.Add(row);
                connection.Execute("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", row["id"], row["a"], row["b"], row["c"], row["n"], row["r"], row["z"]);
            }
            connection.Execute("COMMIT");
        }
        // What a transform hides is no key of anything here, and columns that mix storage classes have none of their own beside it.
        journey.Folder.Write("map.yaml", Map + "\n      z: { leave_out: true }\n");
        (await journey.TransformAsync("--paranoid", "--range-rows", "50")).MustBeVerified();

        var transforms = MapFileReader.Read(Map, "map.yaml").Map.Tables[0].Columns.Select(c => (c.Name, c.Transform!.Inputs, Function: MoveTransforms.Bind(c.Transform!).Open(new Variables(journey)))).ToList();
        var rows = await journey.RowsAsync($"SELECT id, {string.Join(", ", transforms.Select(t => t.Name))} FROM t ORDER BY id");
        Assert.Equal(Rows, rows.Count);
        foreach (var (row, values) in source.Zip(rows))
        {
            for (var i = 0; i < transforms.Count; i++)
            {
                var expected = transforms[i].Function([.. transforms[i].Inputs.Select(name => Cell(row[name]))]);
                Assert.Equal(expected.IsNull ? null : (object?)expected.Text ?? expected.Bytes, values[i + 1]);
            }
        }
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }

    private static CellValue Cell(object? value) => value switch
    {
        null => CellValue.Null,
        long number => CellValue.Of(number.ToString(CultureInfo.InvariantCulture)),
        double number => CellValue.Of(number == Math.Floor(number) ? number.ToString("F1", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture)),
        byte[] bytes => CellValue.Of(bytes),
        var text => CellValue.Of((string)text),
    };

    private static string? Text(Random random)
    {
        if (random.Next(6) == 0) return null;
        var text = new StringBuilder();
        for (var i = random.Next(4); i >= 0; i--) text.Append(Words[random.Next(Words.Length)]);
        return text.ToString();
    }

    private static object? Anything(Random random)
    {
        var bytes = new byte[random.Next(30)];
        random.NextBytes(bytes);
        return random.Next(3) switch { 0 => Text(random), 1 => bytes, _ => random.NextInt64() };
    }

    private sealed class Variables(Journey journey) : IRunEnvironment
    {
        public string? Find(string name) => journey.Environment.GetValueOrDefault(name);
    }
}
