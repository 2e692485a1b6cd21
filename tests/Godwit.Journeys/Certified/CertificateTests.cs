using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Certified;

public sealed class CertificateTests(PostgresServers servers)
{
    private static readonly string[] Statements =
    [
        "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT, price NUMERIC(10,2), at DATETIME, raw BLOB, ok BOOLEAN)",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO a SELECT i, 'name ' || i, i * 0.5, '2024-02-29 12:00:00', zeroblob(i % 50), i % 2 FROM n",
        "CREATE TABLE \"odd \"\"name\" (k TEXT PRIMARY KEY, v REAL) WITHOUT ROWID", "INSERT INTO \"odd \"\"name\" VALUES ('x', 0.1), ('y', NULL), ('', -1e308)",
        "CREATE TABLE empty (id INTEGER PRIMARY KEY)",
    ];

    [Fact]
    public async Task The_own_certificate_is_valid_and_says_what_was_moved()
    {
        using var journey = await Journey.PrepareAsync(servers, Statements);
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(journey.Folder.Certificate, outcome.Document.Certificate);
        (await journey.RunAsync("certificate", "verify", journey.Folder.Certificate)).MustBe(0);
        using var certificate = Read(journey);
        var root = certificate.RootElement;
        Assert.Equal(("verified", outcome.Document.Run), (root.GetProperty("verdict").GetString(), root.GetProperty("runId").GetString()));
        Assert.Equal(("source.sqlite", new FileInfo(journey.Folder.Source).Length), (root.GetProperty("source").GetProperty("fileName").GetString(), root.GetProperty("source").GetProperty("size").GetInt64()));
        Assert.Equal((true, 3003L, 3003L), (Mode("paranoid").GetBoolean(), Mode("rowsDecodedTwice").GetInt64(), Mode("rows").GetInt64()));
        Assert.All(root.GetProperty("checks").EnumerateArray(), c => Assert.Equal("passed", c.GetProperty("result").GetString()));
        Assert.Equal(outcome.Document.Tables.Select(t => (t.Source, t.Rows)), root.GetProperty("tables").EnumerateArray().Select(t => (t.GetProperty("sourceName").GetString()!, t.GetProperty("rows").GetInt64())));
        var text = await File.ReadAllTextAsync(journey.Folder.Certificate, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(journey.Target.Server.Password, text);
        Assert.DoesNotContain("127.0.0.1", text);

        JsonElement Mode(string name) => root.GetProperty("mode").GetProperty(name);
    }

    [Fact]
    public async Task Its_digests_can_be_recomputed_from_the_target_by_anyone()
    {
        using var journey = await Journey.PrepareAsync(servers, Statements);
        (await journey.MoveAsync()).MustBeVerified();
        using var certificate = Read(journey);
        var key = certificate.RootElement.GetProperty("hash").GetProperty("key").GetString()!;
        await using var connection = await journey.Target.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (var table in certificate.RootElement.GetProperty("tables").EnumerateArray())
        {
            var columns = table.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()!);
            var own = await OwnDigest.OfAsync(connection, table.GetProperty("targetName").GetString()!, columns, key);
            var digest = table.GetProperty("digest");
            Assert.Equal((digest.GetProperty("count").GetInt64(), digest.GetProperty("sum").GetString(), digest.GetProperty("xor").GetString()), own);
        }
    }

    [Fact]
    public void The_tests_own_hash_gives_the_documentation_s_vectors()
    {
        var key = Enumerable.Range(0, 16).Select(i => (byte)i).ToArray();
        Assert.Equal("930255c71472f66de6a825ba047f81a3", OwnSipHash.Hash(key, []).ToString("x32"));
        Assert.Equal("ae7014dc36da8bddb85eb00cfba1445d", OwnSipHash.Hash(key, Convert.FromHexString("0000000800000000000000010000000161ffffffff")).ToString("x32"));
    }

    [Fact]
    public async Task Another_s_certificate_is_whole_but_its_signer_unknown()
    {
        using var journey = await Journey.PrepareAsync(servers, Statements);
        (await journey.MoveAsync()).MustBeVerified();
        journey.Environment["GODWIT_HOME"] = journey.Folder.File("another-home");
        Assert.Contains("unknown", (await journey.RunAsync("certificate", "verify", journey.Folder.Certificate)).MustBe(1).Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Any_byte_changed_is_found()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        (await journey.MoveAsync()).MustBeVerified();
        var whole = await File.ReadAllTextAsync(journey.Folder.Certificate, TestContext.Current.CancellationToken);
        var changed = journey.Folder.File("changed.json");
        foreach (var (from, to) in new[] { ("\"rows\": 1", "\"rows\": 2"), ("\"verified\"", "\"failed\""), ("\"passed\"", "\"failed\""), ("\"paranoid\": false", "\"paranoid\": true"), ("\"count\": 1", "\"count\": 0"), ("source.sqlite", "sourcf.sqlite") })
        {
            Assert.Contains(from, whole);
            await File.WriteAllTextAsync(changed, whole.Replace(from, to), TestContext.Current.CancellationToken);
            (await journey.RunAsync("certificate", "verify", changed)).MustBe(3);
        }
        await File.WriteAllTextAsync(changed, whole[..^20], TestContext.Current.CancellationToken);
        (await journey.RunAsync("certificate", "verify", changed)).MustBe(3);
    }

    [Fact]
    public async Task A_verification_can_be_certified_under_a_key_of_its_own()
    {
        using var journey = await Journey.PrepareAsync(servers, Statements);
        (await journey.MoveAsync()).MustBeVerified();
        var second = journey.Folder.File("second.json");
        (await journey.VerifyAsync("--certificate", second)).MustBeVerified();
        (await journey.RunAsync("certificate", "verify", second)).MustBe(0);
        using var one = Read(journey);
        using var two = JsonDocument.Parse(await File.ReadAllTextAsync(second, TestContext.Current.CancellationToken));
        Assert.NotEqual(one.RootElement.GetProperty("hash").GetProperty("key").GetString(), two.RootElement.GetProperty("hash").GetProperty("key").GetString());
        Assert.Equal(one.RootElement.GetProperty("target").GetProperty("schemaHash").GetString(), two.RootElement.GetProperty("target").GetProperty("schemaHash").GetString());
    }

    private static JsonDocument Read(Journey journey) => JsonDocument.Parse(File.ReadAllText(journey.Folder.Certificate));
}
