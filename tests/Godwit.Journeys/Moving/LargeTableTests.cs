using Godwit.Journeys.Running;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Moving;

/// <summary>
/// Tables that are large enough for what small ones never reach: several ranges by the number of rows and by bytes, checks that read no row again, narrowing
/// over several ranges at once, a certificate that merges ranges, values larger than a buffer in every encoding.
/// </summary>
public sealed class LargeTableTests(PostgresServers servers)
{
    private const string Numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ";

    [Fact]
    public async Task More_than_a_million_rows_are_moved_verified_and_narrowed()
    {
        using var journey = await Journey.PrepareAsync(
            servers,
            "CREATE TABLE many (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, n INTEGER NOT NULL)",
            "CREATE TABLE loose (a INTEGER, b REAL)",
            "CREATE TABLE child (id INTEGER PRIMARY KEY, many INTEGER NOT NULL REFERENCES many (id), body BLOB)",
            $"{Numbers} 1060000) INSERT INTO many SELECT i * 3, 'code ' || i, i % 1000 FROM n",
            $"{Numbers} 300000) INSERT INTO loose SELECT i % 5000, i / 8.0 FROM n",
            $"{Numbers} 6000) INSERT INTO child SELECT i, i * 30, randomblob(6000) FROM n");
        var moved = (await journey.MoveAsync("--jobs", "3")).MustBeVerified();
        Assert.Equal(1_060_000, moved.Table("many").Rows);
        // Four ranges of 250,000 rows and what is left; 36 MB in ranges of 16.
        Assert.True(moved.Table("many").Ranges >= 5, $"{moved.Table("many").Ranges} ranges");
        Assert.True(moved.Table("child").Ranges >= 3, $"{moved.Table("child").Ranges} ranges");
        Assert.Contains("constraints held", await File.ReadAllTextAsync(journey.Folder.Certificate, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // Though the rows are not read again for it, a constraint that is gone is still seen.
        await journey.PsqlAsync("ALTER TABLE child DROP CONSTRAINT child_many_fkey");
        Assert.Contains((await journey.VerifyAsync()).MustBe(3).Document.Mismatches, m => m.Code == "GW1506" && m.Message.Contains("child_many_fkey", StringComparison.Ordinal));
        await journey.PsqlAsync("ALTER TABLE child ADD CONSTRAINT child_many_fkey FOREIGN KEY (many) REFERENCES many (id)");

        // In every range of one table, and in many of the other: more hashes than are held at once.
        await journey.PsqlAsync(
            """
            UPDATE many SET n = n + 1 WHERE id IN (3, 1500000, 3180000); DELETE FROM many WHERE id IN (900000, 2400003); INSERT INTO many VALUES (1, 'new', 0);
            DELETE FROM loose WHERE a = 77 AND b < 1000; INSERT INTO loose SELECT * FROM loose WHERE a = 4999
            """);
        var verified = (await journey.VerifyAsync("--jobs", "3")).MustBe(3);
        var places = verified.Document.Mismatches.Where(m => m.Table == "many" && m.Row is not null).Select(m => $"{m.Code} {m.Row} {m.Column}".TrimEnd()).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(["GW1501 1500000 n", "GW1501 3 n", "GW1501 3180000 n", "GW1502 2400003", "GW1502 900000", "GW1503 1"], places);
        Assert.Equal(2 + 60, verified.Document.Mismatches.Count(m => m.Table == "loose"));
    }

    [Fact]
    public async Task More_ranges_than_a_certificate_lists_are_merged_and_still_add_up()
    {
        using var journey = await Journey.PrepareAsync(
            servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", $"{Numbers} 20000) INSERT INTO t SELECT i * 1000003, 'v' || i FROM n", "INSERT INTO t VALUES (-9223372036854775808, 'first'), (9223372036854775807, 'last')");
        var moved = (await journey.MoveAsync("--range-rows", "100", "--jobs", "4", "--paranoid")).MustBeVerified();
        Assert.Equal(201, moved.Table("t").Ranges);
        (await journey.RunAsync("certificate", "verify", journey.Folder.Certificate)).MustBe(0);
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
        await journey.PsqlAsync("DELETE FROM t WHERE id = -9223372036854775808; UPDATE t SET v = 'x' WHERE id = 9223372036854775807");
        Assert.Equal(["-9223372036854775808", "9223372036854775807"], (await journey.VerifyAsync()).MustBe(3).Document.Mismatches.Where(m => m.Table == "t").Select(m => m.Row!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("UTF-8", false)]
    [InlineData("UTF-16le", false)]
    [InlineData("UTF-16be", true)]
    public async Task Values_larger_than_a_buffer_go_over_in_every_encoding(string encoding, bool paranoid)
    {
        using var journey = await Journey.PrepareAsync(
            servers,
            $"PRAGMA encoding = '{encoding}'", "CREATE TABLE keyed (id INTEGER PRIMARY KEY, a TEXT, b BLOB, c TEXT)", "CREATE TABLE clustered (k TEXT PRIMARY KEY, a TEXT, b BLOB) WITHOUT ROWID", "CREATE TABLE loose (a TEXT, b BLOB, n INTEGER)",
            "CREATE TABLE mixed (id INTEGER PRIMARY KEY, a TEXT)");
        // Around what a buffer holds, and around half of it, where a row begins to be sent in parts.
        int[] sizes = [524_270, 524_288, 524_300, 1_048_540, 1_048_560, 1_048_576, 1_048_600, 2_097_152, 3_500_001];
        using (var connection = SqliteConnection.OpenForWriting(journey.Folder.Source))
        {
            foreach (var (size, i) in sizes.Select((s, i) => (s, i)))
            {
                connection.Execute("INSERT INTO keyed SELECT ?1, substr(replace(hex(zeroblob(?2)), '00', 'é語x'), 1, ?2), randomblob(?3), 'after'", i, size / 3, size);
                connection.Execute("INSERT INTO clustered SELECT 'k' || ?1, a, b FROM keyed WHERE id = ?1", i);
                connection.Execute("INSERT INTO loose SELECT a, b, ?1 FROM keyed WHERE id = ?1", i);
                connection.Execute("INSERT INTO mixed SELECT ?1, CAST(iif(?1 = 3, x'ff00', b'') AS TEXT) || a FROM keyed WHERE id = ?1".Replace("b''", "x''", StringComparison.Ordinal), i);
            }
        }
        string[] options = paranoid ? ["--quarantine", "--paranoid"] : ["--quarantine"];
        var moved = (await journey.MoveAsync(options)).MustBeVerified();
        Assert.Equal(9, moved.Table("loose").Rows);
        (await journey.VerifyAsync()).MustBeVerified();
        await journey.PsqlAsync("UPDATE keyed SET b = b || '\\x00' WHERE id = 8; DELETE FROM clustered WHERE k = 'k7'; UPDATE loose SET a = a || 'x' WHERE n = 6");
        var mismatches = (await journey.VerifyAsync()).MustBe(3).Document.Mismatches;
        Assert.Equal("8", Assert.Single(mismatches, m => m.Table == "keyed" && m.Column == "b").Row);
        Assert.Single(mismatches, m => m.Table == "clustered" && m.Code == "GW1502");
        Assert.Equal(2, mismatches.Count(m => m.Table == "loose"));
    }
}
