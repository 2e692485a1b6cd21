using System.Text;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class QuarantineTests(PostgresServers servers)
{
    private static readonly string[] Hostile =
    [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, n INTEGER)", "INSERT INTO t VALUES (1, 'fine', 1), (2, CAST(x'61ff62' AS TEXT), 2), (3, CAST(x'610062' AS TEXT), 3), (4, 'x', 'word'), (5, 'also fine', NULL)",
        "CREATE TABLE child (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t)", "INSERT INTO child VALUES (10, 1), (11, 2), (12, NULL), (13, 4)",
        "CREATE TABLE grandchild (id INTEGER PRIMARY KEY, child INTEGER REFERENCES child)", "INSERT INTO grandchild VALUES (100, 11), (101, 10)",
    ];

    [Fact]
    public async Task Rows_that_cannot_go_over_are_kept_whole_with_their_bytes_and_rows_that_point_at_them_follow()
    {
        using var journey = await Journey.PrepareAsync(servers, Hostile);
        var refused = (await journey.MoveAsync()).MustBe(1);
        Assert.Equal(["GW1201 4 n", "GW1202 3 v", "GW1203 2 v"], refused.Errors.Select(f => $"{f.Code} {f.Row} {f.Column}").Order());
        var outcome = (await journey.MoveAsync("--quarantine", "--paranoid")).MustBeVerified();
        Assert.Equal((2, 3), (outcome.Table("t").Rows, outcome.Table("t").Quarantined));
        Assert.Equal((2, 2), (outcome.Table("child").Rows, outcome.Table("child").Quarantined));
        Assert.Equal((1, 1), (outcome.Table("grandchild").Rows, outcome.Table("grandchild").Quarantined));
        Assert.Equal(6, outcome.Document.Quarantined);
        Assert.Equal([1L, 5L], (await journey.RowsAsync("SELECT id FROM t ORDER BY id")).Select(r => r[0]));
        var columns = (await journey.ColumnsAsync("t__quarantine")).Split('\n');
        Assert.Equal(6, columns.Length);
        var rows = await journey.RowsAsync("SELECT * FROM t__quarantine ORDER BY 1");
        Assert.Equal([2L, 3L, 4L], rows.Select(r => r[0]));
        Assert.Equal(new byte[] { 0x61, 0xff, 0x62 }, rows[0][4]);
        Assert.Equal(new byte[] { 0x61, 0, 0x62 }, rows[1][4]);
        Assert.Equal(Encoding.UTF8.GetBytes("word"), rows[2][5]);
        Assert.Equal(["ITI", "ITI", "ITT"], rows.Select(r => r[2]!.ToString()));
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }

    [Fact]
    public async Task A_changed_row_in_quarantine_is_a_difference_too()
    {
        using var journey = await Journey.PrepareAsync(servers, Hostile);
        (await journey.MoveAsync("--quarantine")).MustBeVerified();
        await journey.PsqlAsync("DELETE FROM t__quarantine WHERE ctid = (SELECT min(ctid) FROM t__quarantine)");
        var mismatch = Assert.Single((await journey.VerifyAsync()).MustBe(3).Document.Mismatches, m => m.Code == "GW1501");
        Assert.Equal("t", mismatch.Table);
    }
}
