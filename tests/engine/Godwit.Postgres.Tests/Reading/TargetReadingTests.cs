using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Postgres.Reading;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Tests.Runs;
using Godwit.Postgres.Tests.Schema;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Reading;

public sealed class TargetReadingTests(PostgresServers servers)
{
    private static readonly TablePlan Large = Plans.Table("large", Plans.Column("id", TargetType.Bigint), Plans.Column("data", TargetType.Bytea), Plans.Column("note", TargetType.Text));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Rows around the size of the reader's buffer and far beyond, with a NULL, nothing, and rows of a few bytes between.</summary>
    private const string LargeRows = """
        CREATE TABLE large (id bigint, data bytea, note text);
        ALTER TABLE large ALTER data SET STORAGE EXTERNAL;
        INSERT INTO large SELECT i, decode(repeat(lpad(to_hex(i), 2, '0'), size), 'hex'), note
        FROM (VALUES (1, 0, 'a'), (2, 1048576, NULL), (3, 5, ''), (4, 1048550, 'x'), (5, 1048551, 'x'), (6, 1048552, 'x'), (7, 1048553, 'x'), (8, 1048554, 'x'), (9, 3, NULL),
                     (10, 5000000, 'end'), (11, 1048560, NULL), (12, 1, NULL), (13, 2097152, 'b')) v (i, size, note);
        INSERT INTO large VALUES (14, NULL, repeat('é', 1500000)), (15, '\x', NULL);
        """;

    private sealed class Collector : ITupleVisitor
    {
        public List<(UInt128 Hash, long Id)> Rows { get; } = [];

        public int Held { get; private set; }

        public int Large { get; private set; }

        public void Visit(ReadOnlySpan<byte> image)
        {
            Held++;
            Rows.Add((SipHash.Hash(RunTarget.Key, image), Id(image)));
        }

        public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning)
        {
            Large++;
            Assert.True(beginning.Length is >= 12 and <= 256);
            Rows.Add((hash, Id(beginning)));
        }

        private static long Id(ReadOnlySpan<byte> image) => System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(image[4..]);
    }

    [Fact]
    public async Task Rows_larger_than_the_buffer_have_the_same_hash_whole_and_in_passing()
    {
        var target = await RunTarget.MakeAsync(servers);
        await target.Database.ExecuteAsync(LargeRows);
        await using var connection = await target.Database.OpenAsync(cancellationToken: Token);
        var (whole, passing) = (new Collector(), new Collector());
        var everything = new BlockRange(0, null);
        await TargetScan.ReadAsync(connection, "public", Large, everything, RunTarget.Key, whole: true, whole, Token);
        await TargetScan.ReadAsync(connection, "public", Large, everything, RunTarget.Key, whole: false, passing, Token);
        Assert.Equal(15, whole.Held);
        Assert.True(passing.Large is >= 5 and <= 11, $"{passing.Large} rows did not fit");
        Assert.Equal(whole.Rows, passing.Rows);
        Assert.Equal(15, whole.Rows.Select(r => r.Hash).Distinct().Count());
    }

    [Fact]
    public async Task A_visitor_that_fails_stops_the_read_and_leaves_the_table_readable()
    {
        var target = await RunTarget.MakeAsync(servers);
        await target.Database.ExecuteAsync(LargeRows);
        await using (var broken = await target.Database.OpenAsync(cancellationToken: Token))
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => TargetScan.ReadAsync(broken, "public", Large, new BlockRange(0, null), RunTarget.Key, whole: false, new Failing(), Token));
        }
        await using var connection = await target.Database.OpenAsync(cancellationToken: Token);
        var rows = new Collector();
        await TargetScan.ReadAsync(connection, "public", Large, new BlockRange(0, null), RunTarget.Key, whole: false, rows, Token);
        Assert.Equal(15, rows.Rows.Count);
    }

    private sealed class Failing : ITupleVisitor
    {
        public void Visit(ReadOnlySpan<byte> image) => throw new InvalidDataException();

        public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning) => throw new InvalidDataException();
    }

    /// <summary>A row a block.</summary>
    private static string Blocks(int from, int to) => $"INSERT INTO large SELECT i, NULL, repeat('x', 7000) FROM generate_series({from}, {to}) i";

    private const string MakeBlocks = "CREATE TABLE large (id bigint, data bytea, note text); ALTER TABLE large ALTER note SET STORAGE PLAIN";

    [Fact]
    public async Task Parts_give_each_row_once_also_those_added_after_the_split()
    {
        var target = await RunTarget.MakeAsync(servers);
        await target.Database.ExecuteAsync(MakeBlocks);
        await target.Database.ExecuteAsync(Blocks(1, 4200));
        await using var connection = await target.Database.OpenAsync(cancellationToken: Token);
        Assert.Equal(4, (await TargetScan.SplitAsync(connection, "public", Large, 8, Token)).Count);
        var parts = await TargetScan.SplitAsync(connection, "public", Large, 3, Token);
        Assert.Equal(3, parts.Count);
        await target.Database.ExecuteAsync("DELETE FROM large WHERE id BETWEEN 100 AND 199");
        await target.Database.ExecuteAsync(Blocks(4201, 4300));
        var rows = new Collector();
        var each = new List<int>();
        foreach (var part in parts)
        {
            var before = rows.Rows.Count;
            await TargetScan.ReadAsync(connection, "public", Large, part, RunTarget.Key, whole: false, rows, Token);
            each.Add(rows.Rows.Count - before);
        }
        Assert.Equal(Enumerable.Range(1, 4300).Where(i => i is < 100 or > 199).Select(i => (long)i), rows.Rows.Select(r => r.Id).Order());
        Assert.All(each, count => Assert.True(count > 1000));
    }

    [Fact]
    public async Task An_empty_table_is_one_part_without_rows()
    {
        var target = await RunTarget.MakeAsync(servers);
        await target.Database.ExecuteAsync(MakeBlocks);
        await using var connection = await target.Database.OpenAsync(cancellationToken: Token);
        var part = Assert.Single(await TargetScan.SplitAsync(connection, "public", Large, 4, Token));
        var rows = new Collector();
        await TargetScan.ReadAsync(connection, "public", Large, part, RunTarget.Key, whole: true, rows, Token);
        Assert.Empty(rows.Rows);
    }

    [Fact]
    public async Task Rows_of_inheriting_tables_are_not_the_tables()
    {
        var target = await RunTarget.MakeAsync(servers);
        await target.Database.ExecuteAsync(MakeBlocks + "; CREATE TABLE heir () INHERITS (large); INSERT INTO heir VALUES (1); INSERT INTO large VALUES (2)");
        await using var connection = await target.Database.OpenAsync(cancellationToken: Token);
        var rows = new Collector();
        await TargetScan.ReadAsync(connection, "public", Large, new BlockRange(0, null), RunTarget.Key, whole: true, rows, Token);
        Assert.Equal([2L], rows.Rows.Select(r => r.Id));
    }

    [Fact]
    public async Task Readers_of_a_snapshot_see_one_state_while_others_write()
    {
        var target = await RunTarget.MakeAsync(servers);
        await target.Database.ExecuteAsync(MakeBlocks);
        await target.Database.ExecuteAsync(Blocks(1, 2100));
        await using var sessions = new TargetSessions(target.Target, Guid.NewGuid());
        await using var snapshot = await TargetSnapshot.OpenAsync(sessions, "public", RunTarget.Key, expectedCatalog: null, Token);
        await target.Database.ExecuteAsync("UPDATE large SET note = 'y' WHERE id <= 50; DELETE FROM large WHERE id > 2000");
        await target.Database.ExecuteAsync(Blocks(5000, 5100));
        var parts = await snapshot.SplitAsync(Large with { Bytes = 1 << 24 }, 2, Token);
        Assert.Equal(2, parts.Count);
        var collectors = await Task.WhenAll(parts.Select(async part =>
        {
            var rows = new Collector();
            await snapshot.ScanAsync(Large, part, whole: false, rows, Token);
            return rows;
        }));
        // Writers between the readers change nothing either.
        await target.Database.ExecuteAsync("DELETE FROM large");
        var again = new Collector();
        foreach (var part in parts) await snapshot.ScanAsync(Large, part, whole: false, again, Token);
        var seen = collectors.SelectMany(c => c.Rows).OrderBy(r => r.Id).ToList();
        Assert.Equal(Enumerable.Range(1, 2100).Select(i => (long)i), seen.Select(r => r.Id));
        Assert.Equal(seen, again.Rows.OrderBy(r => r.Id));
    }
}
