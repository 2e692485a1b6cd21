using System.Buffers.Binary;
using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;

namespace Godwit.Conformance.Live;

/// <summary>What a delta, or a reader, gives, for people to compare.</summary>
public static class LiveReading
{
    public static LiveTable Of(this ILiveSource source, string table) => source.Tables.Single(t => t.Plan.SourceName == table);

    /// <summary>The changed keys of a table, in order; those of several columns with commas.</summary>
    public static string Keys(this IChangeDelta delta, string table) => Find(delta.Keys.Keys, table) is { } live ? Sorted(sink => delta.FillKeys(live, sink, TestContext.Current.CancellationToken)) : "";

    /// <summary>The rows of a table that come with it, in order: its changed ones that are still there, or all where it goes over whole.</summary>
    public static string Rows(this IChangeDelta delta, string table) =>
        Find(delta.Keys.Keys.Concat(delta.Whole), table) is { } live ? Sorted(sink => delta.FillRows(live, sink, unfit: null, TestContext.Current.CancellationToken)) : "";

    /// <summary>All rows of a table that a reader gives, in the parts in which it is verified.</summary>
    public static string Rows(this ILiveRows rows, ILiveSource source, string table)
    {
        var plan = source.ForVerification(source.Of(table).Plan);
        using var reader = rows.OpenReader(plan, ReadPurpose.Verify);
        return Sorted(sink =>
        {
            using var buffer = new RowImageBuffer(key: default, sink, hashing: true);
            foreach (var range in plan.Ranges) reader.Read(range, buffer, Nobody.Instance, TestContext.Current.CancellationToken);
            buffer.Complete();
        });
    }

    private static LiveTable? Find(IEnumerable<LiveTable> tables, string name) => tables.FirstOrDefault(t => t.Plan.SourceName == name);

    private static string Sorted(Action<IRowImageSink> fill)
    {
        var rows = new List<long[]>();
        fill(new TupleSplitter(image => rows.Add(Decode(image))));
        return string.Join(" ", rows.OrderBy(r => r[0]).ThenBy(r => r[^1]).Select(r => string.Join(",", r)));
    }

    private static long[] Decode(ReadOnlySpan<byte> image)
    {
        var values = new List<long>();
        for (; !image.IsEmpty; image = image[(sizeof(int) + sizeof(long))..])
        {
            Assert.Equal(sizeof(long), BinaryPrimitives.ReadInt32BigEndian(image));
            values.Add(BinaryPrimitives.ReadInt64BigEndian(image[sizeof(int)..]));
        }
        return [.. values];
    }

    private sealed class Nobody : IRowVisitor
    {
        public static readonly Nobody Instance = new();

        public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row)
        {
            // Rows are looked at where they end up.
        }
    }
}
