using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class TextAndBytesTests(PostgresServers servers)
{
    [Fact]
    public async Task A_declared_length_becomes_a_CHECK_where_the_data_fit_and_none_where_they_do_not()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, short VARCHAR(3), long VARCHAR(3))", "INSERT INTO t VALUES (1, 'äöü', 'four'), (2, '', 'x')");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("bigint, text, text", outcome.Table("t").Types);
        Assert.Contains("char_length(short) <= 3", await journey.ConstraintsAsync());
        Assert.DoesNotContain("char_length(long)", await journey.ConstraintsAsync());
        Assert.Equal("long", outcome.Finding("GW1205").Column);
    }

    [Fact]
    public async Task Text_goes_over_whatever_its_letters()
    {
        string[] values = ["", " ", "\t\n\r", "ß ﬀ 漢字 🦤", "é", "e\u0301", "\uFEFFbom", "\\N", "\\.", "'\"`", "\uFFFD", "\u0001\u007F", new string('x', 100_000)];
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
        foreach (var value in values) journey.Folder.Insert("t", null, value);
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(values, await journey.TextsAsync("SELECT v FROM t ORDER BY id"));
    }

    [Fact]
    public async Task Text_in_a_BLOB_column_and_blobs_in_a_TEXT_column_go_over_as_what_they_are()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB, c TEXT)", "INSERT INTO t VALUES (1, 'text', x'00ff'), (2, 'more', x'')");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("bigint, text, bytea", outcome.Table("t").Types);
        Assert.Contains("every value is TEXT", outcome.Table("t").Column("b").Reason);
        Assert.Equal([[1L, "text", new byte[] { 0, 255 }], [2L, "more", Array.Empty<byte>()]], await journey.RowsAsync("SELECT * FROM t ORDER BY id"));
    }

    [Theory]
    [InlineData("BLOB", "'text'", "x'00'")]
    [InlineData("TEXT", "x'00'", "'text'")]
    [InlineData("", "'text'", "1")]
    public async Task A_column_that_mixes_text_and_others_is_refused(string declared, string first, string second)
    {
        using var journey = await Journey.PrepareAsync(servers, $"CREATE TABLE t (id INTEGER PRIMARY KEY, v {declared})", $"INSERT INTO t VALUES (1, {first}), (2, {second})");
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1201", "t", "1", "v"), (finding.Code, finding.Table, finding.Row, finding.Column));
    }

    [Fact]
    public async Task Blobs_go_over_from_no_byte_to_five_megabytes()
    {
        var large = new byte[5_000_000];
        new Random(15).NextBytes(large);
        byte[][] values = [[], [0], [0, 0, 0], [.. Enumerable.Range(0, 256).Select(i => (byte)i)], large];
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB, w TEXT)");
        foreach (var value in values) journey.Folder.Insert("t", null, value, Convert.ToHexString(value));
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        var rows = await journey.RowsAsync("SELECT v, w FROM t ORDER BY id");
        Assert.Equal(values, rows.Select(r => (byte[])r[0]!));
        Assert.Equal(values.Select(Convert.ToHexString), rows.Select(r => (string)r[1]!));
        (await journey.VerifyAsync()).MustBeVerified();
    }

    [Theory]
    [InlineData("abc\0def", "GW1202")]
    [InlineData("\0", "GW1202")]
    public async Task Text_with_a_NUL_byte_is_refused_with_its_row(string text, string code)
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (1, 'fine')");
        journey.Folder.Insert("t", 7, text);
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal((code, "t", "7", "v"), (finding.Code, finding.Table, finding.Row, finding.Column));
        Assert.DoesNotContain("t", (await journey.RelationsAsync()).Split('\n'));
    }

    [Theory]
    [InlineData("80")]
    [InlineData("C3")]
    [InlineData("61C0AF")]
    [InlineData("EDA080")]
    [InlineData("F4908080")]
    public async Task Text_that_is_not_valid_UTF_8_is_refused_with_its_row(string bytes)
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", $"INSERT INTO t VALUES (1, 'fine'), (9, CAST(x'{bytes}' AS TEXT)), (10, CAST(x'{bytes}' AS TEXT))");
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1203", "t", "9", "v"), (finding.Code, finding.Table, finding.Row, finding.Column));
        Assert.Contains("rows 9, 10", finding.Message);
    }

    [Theory]
    [InlineData("UTF-16le")]
    [InlineData("UTF-16be")]
    public async Task A_UTF_16_database_goes_over(string encoding)
    {
        using var journey = await Journey.PrepareAsync(servers,
            $"PRAGMA encoding = '{encoding}'", "CREATE TABLE \"tá\" (id INTEGER PRIMARY KEY, v TEXT, d DATE, b BOOLEAN, n NUMERIC)",
            "INSERT INTO \"tá\" VALUES (1, 'é漢🦤', '2024-02-29', 'true', 1.5), (2, '', '0001-01-01', 'false', 2)");
        journey.Folder.Insert("\"tá\"", 3, "🦤🦤", null, "true", null);
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("bigint, text, date, boolean, numeric", outcome.Table("tá").Types);
        Assert.Equal(["é漢🦤", "", "🦤🦤"], await journey.TextsAsync("SELECT v FROM \"tá\" ORDER BY id"));
        Assert.Equal(["2024-02-29", "0001-01-01", null], await journey.TextsAsync("SELECT d::text FROM \"tá\" ORDER BY id"));
    }

    [Fact]
    public async Task A_lone_surrogate_of_a_UTF_16_database_is_refused()
    {
        using var journey = await Journey.PrepareAsync(servers, "PRAGMA encoding = 'UTF-16le'", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (5, CAST(x'00D8' AS TEXT))");
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1203", "5", "v"), (finding.Code, finding.Row, finding.Column));
    }

    [Fact]
    public async Task UUIDs_as_text_and_as_bytes_become_uuid()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id UUID PRIMARY KEY, up GUID, raw UUID)",
            "INSERT INTO t VALUES ('0f8fad5b-d9cb-469f-a165-70867728950e', '7C9E6679-7425-40DE-944B-E07FC1F90AE7', x'00112233445566778899aabbccddeeff')");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("uuid, uuid, uuid", outcome.Table("t").Types);
        Assert.Equal(
            [Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"), Guid.Parse("7c9e6679-7425-40de-944b-e07fc1f90ae7"), Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")],
            await journey.RowAsync("SELECT * FROM t"));
    }

    [Fact]
    public async Task JSON_stays_the_text_it_is()
    {
        const string json = "{\"b\" : 1,  \"a\":[1.0, null]}";
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v JSON)", $"INSERT INTO t VALUES (1, '{json}')");
        Assert.Equal("text", (await journey.MoveAsync("--paranoid")).MustBeVerified().Table("t").Column("v").Type);
        Assert.Equal([json], await journey.RowAsync("SELECT v FROM t"));
    }
}
