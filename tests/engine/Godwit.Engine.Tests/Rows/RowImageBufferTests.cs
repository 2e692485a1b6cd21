using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Invariants;
using Godwit.Engine.Rows;

namespace Godwit.Engine.Tests.Rows;

public sealed class RowImageBufferTests
{
    private const int Capacity = RowImageBuffer.Capacity;

    private static readonly UInt128 Key = new(7, 11);

    private static readonly Gen<int> Lengths = Gen.Frequency(
        (8, Gen.Choose(-1, 40)),
        (3, Gen.Choose(1000, 70_000)),
        (2, Gen.Choose(Capacity / 2 - 6, Capacity / 2 + 6)),
        (3, Gen.Choose(Capacity - 12, Capacity + 12)),
        (1, Gen.Choose(Capacity + 13, 4 * Capacity)));

    private static readonly Arbitrary<int[][]> RowsOfLengths =
        Gen.NonEmptyListOf(Gen.ListOf(Lengths).Select(row => row.Take(8).ToArray())).Select(rows => rows.Take(12).ToArray()).ToArbitrary();

    [Fact]
    public void Bytes_and_hashes_are_those_of_the_plain_way()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(RowsOfLengths, lengths => AssertSame(lengths, withSink: true)));
    }

    [Fact]
    public void Without_a_sink_the_hashes_are_the_same()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(RowsOfLengths, lengths => AssertSame(lengths, withSink: false)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rows_that_end_anywhere_near_the_end_of_the_buffer_stay_whole(bool withSink)
    {
        for (var gap = 0; gap <= 24; gap++) AssertSame([[Capacity / 2], [Capacity / 2 - 24 + gap - 6 - 4 - 2], [3, -1, 0, 5], [8]], withSink);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_row_as_large_as_the_buffer_and_its_neighbours_stay_whole(bool withSink)
    {
        for (var more = -8; more <= 8; more++) AssertSame([[5], [Capacity / 2 - 6, Capacity / 2 + more], [Capacity - 6 + more], [], [2]], withSink);
    }

    private static void AssertSame(int[][] lengths, bool withSink)
    {
        var rows = NaiveImages.Rows(seed: lengths.Length, lengths);
        var sink = new CollectingSink();
        using var buffer = new RowImageBuffer(Key, withSink ? sink : null);
        foreach (var row in rows)
        {
            var expected = NaiveImages.Of(row);
            Assert.Equal(SipHash.Hash(Key, expected), NaiveImages.Write(buffer, row));
            Assert.Equal(expected.Length, buffer.RowBytes);
            var held = buffer.TryGetRow(out var image);
            if (held) Assert.True(image.SequenceEqual(expected));
            // Only what is larger than the buffer may be out of reach.
            else Assert.True(expected.Length + 2 > Capacity - 4);
        }
        buffer.Complete();
        if (!withSink) return;
        Assert.True(sink.Bytes.AsSpan().SequenceEqual(NaiveImages.Stream(rows)));
        Assert.Equal(sink.Bytes.Length, buffer.BytesSent);
    }

    [Fact]
    public void Without_hashing_the_bytes_are_the_same()
    {
        var rows = NaiveImages.Rows(seed: 5, [[3, -1], [Capacity * 2, 9], [0]]);
        var sink = new CollectingSink();
        using var buffer = new RowImageBuffer(Key, sink, hashing: false);
        foreach (var row in rows) Assert.Equal(UInt128.Zero, NaiveImages.Write(buffer, row));
        buffer.Complete();
        Assert.True(sink.Bytes.AsSpan().SequenceEqual(NaiveImages.Stream(rows)));
    }

    [Fact]
    public void A_completed_buffer_takes_further_rows()
    {
        var rows = NaiveImages.Rows(seed: 6, [[3], [Capacity + 5], [4]]);
        var sink = new CollectingSink();
        using var buffer = new RowImageBuffer(Key, sink);
        foreach (var row in rows)
        {
            NaiveImages.Write(buffer, row);
            buffer.Complete();
        }
        Assert.True(sink.Bytes.AsSpan().SequenceEqual(NaiveImages.Stream(rows)));
    }

    [Fact]
    public void A_fault_of_the_sink_reaches_the_caller_and_disposing_does_not_hang()
    {
        var sink = new FailingSink();
        using var buffer = new RowImageBuffer(Key, sink);
        var rows = NaiveImages.Rows(seed: 1, [[Capacity / 3], [Capacity / 3], [Capacity / 3], [Capacity / 3], [Capacity / 3], [Capacity / 3], [Capacity / 3]]);
        var caller = Environment.CurrentManagedThreadId;
        var fault = Assert.Throws<IOException>(() =>
        {
            foreach (var row in rows) NaiveImages.Write(buffer, row);
            buffer.Complete();
        });
        Assert.Equal("the disk is gone", fault.Message);
        Assert.Equal(caller, Environment.CurrentManagedThreadId);
        Assert.Equal(1, sink.Calls);
    }

    [Fact]
    public async Task Disposing_waits_for_a_sink_that_still_reads_and_swallows_what_it_throws()
    {
        var sink = new HeldSink();
        var buffer = new RowImageBuffer(Key, sink);
        foreach (var row in NaiveImages.Rows(seed: 2, [[Capacity - 100], [200]])) NaiveImages.Write(buffer, row);
        await sink.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var disposing = Task.Run(buffer.Dispose, TestContext.Current.CancellationToken);
        Assert.False(disposing.IsCompleted);
        sink.Release.SetResult();
        await disposing.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(sink.Left);
    }

    [Fact]
    public void A_reservation_beyond_the_buffer_stops_the_run()
    {
        using var buffer = new RowImageBuffer(Key, sink: null);
        buffer.BeginRow(1);
        Assert.Throws<InvariantException>(() => { unsafe { _ = buffer.Reserve(Capacity + 1) == null; } });
    }

    private sealed class FailingSink : IRowImageSink
    {
        public int Calls { get; private set; }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            Calls++;
            throw new IOException("the disk is gone");
        }
    }

    private sealed class HeldSink : IRowImageSink
    {
        public TaskCompletionSource Entered { get; } = new();

        public TaskCompletionSource Release { get; } = new();

        public bool Left { get; private set; }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            Entered.SetResult();
            Release.Task.Wait();
            Left = bytes[0] == 0;
            throw new IOException("late");
        }
    }
}
