using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class BooleanTests(PostgresServers servers)
{
    [Theory]
    [InlineData("1", "0")]
    [InlineData("'t'", "'f'")]
    [InlineData("'true'", "'false'")]
    [InlineData("'True'", "'False'")]
    [InlineData("'yes'", "'no'")]
    public async Task A_boolean_in_any_of_its_words_becomes_boolean(string yes, string no)
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BOOLEAN)", $"INSERT INTO t VALUES (1, {yes}), (2, {no}), (3, NULL)");
        Assert.Equal("boolean", (await journey.MoveAsync("--paranoid")).MustBeVerified().Table("t").Column("b").Type);
        Assert.Equal([true, false, null], (await journey.RowsAsync("SELECT b FROM t ORDER BY id")).Select(r => r[0]));
    }

    [Fact]
    public async Task Two_ways_to_write_a_boolean_in_one_column_stay_text()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BOOLEAN)", "INSERT INTO t VALUES (1, 't'), (2, 'f'), (3, 'true')");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("text", outcome.Table("t").Column("b").Type);
        Assert.Equal(("b", "3"), (outcome.Finding("GW1205").Column, outcome.Finding("GW1205").Row));
    }

    [Fact]
    public async Task A_boolean_column_with_another_number_becomes_what_it_holds()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BOOLEAN)", "INSERT INTO t VALUES (1, 1), (2, 0), (3, 2)");
        Assert.Equal("bigint", (await journey.MoveAsync("--paranoid")).MustBeVerified().Table("t").Column("b").Type);
        Assert.Equal([1L, 0L, 2L], (await journey.RowsAsync("SELECT b FROM t ORDER BY id")).Select(r => r[0]));
    }

    [Fact]
    public async Task Words_and_numbers_in_one_boolean_column_are_refused()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BOOLEAN)", "INSERT INTO t VALUES (1, 1), (2, 0), (3, 'true')");
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1201", "3", "b"), (finding.Code, finding.Row, finding.Column));
    }

    [Fact]
    public async Task A_column_of_0_and_1_that_is_declared_INTEGER_stays_a_number_unless_the_mapping_file_says_otherwise()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER)", "INSERT INTO t VALUES (1, 1, 1), (2, 0, 0)");
        var map = journey.Folder.Write("map.yaml", "tables: { t: { columns: { b: { type: boolean } } } }\n");
        Assert.Equal("bigint, bigint, boolean", (await journey.MoveAsync("--map", map, "--paranoid")).MustBeVerified().Table("t").Types);
        Assert.Equal([[1L, true], [0L, false]], await journey.RowsAsync("SELECT a, b FROM t ORDER BY id"));
    }
}
