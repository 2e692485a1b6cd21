using System.Buffers.Binary;
using System.Text;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Quarantine;

/// <summary>What of a row is kept, and which rows are set aside by the mapping that the user or the data chose.</summary>
public sealed class MisfitRowTests(PostgresServers servers)
{
    [Fact]
    public async Task Every_storage_class_is_kept_with_its_bytes()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, a, b, c, d, e)", "INSERT INTO t VALUES (1, 1, NULL, NULL, NULL, NULL, NULL)");
        journey.Folder.Insert("t", 2L, "word", -5L, 1.5, "té\0xt", new byte[] { 0, 255 }, null);
        (await journey.MoveAsync("--quarantine", "--paranoid")).MustBeVerified();
        var row = await journey.RowAsync("SELECT * FROM t__quarantine");
        var real = new byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(real, 1.5);
        Assert.Equal([2L, "column n holds a value that does not become bigint", "ITIRTBN"], row[..3]);
        Assert.Equal(
            [[0, 0, 0, 0, 0, 0, 0, 2], Encoding.UTF8.GetBytes("word"), [255, 255, 255, 255, 255, 255, 255, 251], real, Encoding.UTF8.GetBytes("té\0xt"), [0, 255], null],
            row[3..].Cast<byte[]?>());
        (await journey.VerifyAsync()).MustBeVerified();
    }

    [Theory]
    [InlineData("UPDATE t__quarantine SET v = '\\x00'")]
    [InlineData("UPDATE t__quarantine SET godwit_row = godwit_row + 1")]
    [InlineData("UPDATE t__quarantine SET godwit_storage = 'IB'")]
    [InlineData("INSERT INTO t__quarantine SELECT * FROM t__quarantine")]
    [InlineData("DELETE FROM t__quarantine")]
    public async Task A_quarantine_that_somebody_changed_is_not_verified(string damage)
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (1, 'ok'), (2, CAST(x'ff' AS TEXT))");
        (await journey.MoveAsync("--quarantine")).MustBeVerified();
        await journey.PsqlAsync(damage);
        Assert.Contains((await journey.VerifyAsync()).MustBe(3).Document.Mismatches, m => m.Code == "GW1501" && m.Table == "t");
    }

    [Fact]
    public async Task A_quarantined_row_that_somebody_put_into_the_table_is_extra()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (1, 'ok'), (2, CAST(x'ff' AS TEXT))");
        (await journey.MoveAsync("--quarantine")).MustBeVerified();
        await journey.PsqlAsync("INSERT INTO t VALUES (2, 'mended')");
        var mismatch = Assert.Single((await journey.VerifyAsync()).MustBe(3).Document.Mismatches);
        Assert.Equal(("GW1503", "t", "2"), (mismatch.Code, mismatch.Table, mismatch.Row));
    }

    /// <summary>What a column that is computed gives is no column of the copy, and still decides.</summary>
    [Fact]
    public async Task A_row_whose_computed_column_does_not_fit_goes_too()
    {
        using var journey = await Journey.PrepareAsync(
            servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, twice INTEGER GENERATED ALWAYS AS (n * 2) STORED)", $"INSERT INTO t (id, n) VALUES (1, 21), (2, {long.MaxValue}), (3, NULL)");
        var map = journey.Folder.Write("map.yaml", "tables: { t: { columns: { twice: { type: bigint } } } }");
        var outcome = (await journey.MoveAsync("--quarantine", "--paranoid", "--map", map)).MustBeVerified();
        Assert.Equal((2, 1), (outcome.Table("t").Rows, outcome.Table("t").Quarantined));
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }

    [Fact]
    public async Task A_computed_integer_that_overflowed_into_REAL_cannot_be_computed_by_the_target()
    {
        using var journey = await Journey.PrepareAsync(
            servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, twice INTEGER GENERATED ALWAYS AS (n * 2) STORED)", $"INSERT INTO t (id, n) VALUES (1, 21), (2, {long.MaxValue})");
        var finding = Assert.Single((await journey.MoveAsync("--quarantine")).MustBe(1).Errors);
        Assert.Equal(("GW1103", "twice"), (finding.Code, finding.Column));
        (await journey.MoveAsync("--quarantine", "--accept", "GW1103:t", "--paranoid")).MustBeVerified();
    }

    [Fact]
    public async Task What_the_users_type_does_not_hold_goes_and_nothing_is_rounded()
    {
        using var journey = await Journey.PrepareAsync(
            servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, money NUMERIC, at TEXT, doc TEXT, word TEXT, x)",
            """
            INSERT INTO t VALUES (1, 12.5, '2024-02-29 12:34:56.123', '{}', 'short', 1.5), (2, 12.345, '2024-02-29 12:34:56.123', '[]', 'short', 2.5), (3, 5, '2024-02-29 12:34:56', '1', 'short', 0.5),
                (4, 5, '2024-02-29 12:34:56.123', '{x}', 'short', 0.5), (5, 5, '2024-02-29 12:34:56.123', '{}', 'too long', 0.5), (6, 5, '2024-02-29 12:34:56.123', '{}', 'short', 7)
            """);
        var map = journey.Folder.Write("map.yaml", """
            tables:
              t:
                columns:
                  money: { type: 'numeric(10,2)' }
                  at: { type: 'timestamp(3)' }
                  doc: { type: 'json' }
                  word: { type: 'varchar(5)' }
                  x: { type: 'double precision' }
            """);
        var outcome = (await journey.MoveAsync("--quarantine", "--paranoid", "--map", map)).MustBeVerified();
        Assert.Equal([1L], (await journey.RowsAsync("SELECT id FROM t ORDER BY 1")).Select(r => r[0]));
        Assert.Equal([2L, 3L, 4L, 5L, 6L], (await journey.RowsAsync("SELECT godwit_row FROM t__quarantine ORDER BY 1")).Select(r => r[0]));
        Assert.Equal(5, outcome.Document.Quarantined);
    }

    [Theory]
    [InlineData("UTF-16le", "00d8")]
    [InlineData("UTF-16be", "d800")]
    public async Task A_lone_surrogate_of_a_UTF16_database_is_kept_as_it_lies(string encoding, string surrogate)
    {
        using var journey = await Journey.PrepareAsync(
            servers, $"PRAGMA encoding = '{encoding}'", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", $"INSERT INTO t VALUES (1, 'é𝄞'), (2, CAST(x'{surrogate}' AS TEXT))");
        var outcome = (await journey.MoveAsync("--quarantine", "--paranoid")).MustBeVerified();
        Assert.Equal((1, 1), (outcome.Table("t").Rows, outcome.Table("t").Quarantined));
        Assert.Equal(Convert.FromHexString(surrogate), (await journey.RowAsync("SELECT v FROM t__quarantine"))[0]);
        Assert.Equal("é𝄞", (await journey.RowAsync("SELECT v FROM t"))[0]);
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }
}
