using System.Buffers.Binary;
using Godwit.Engine.Live;
using Godwit.Engine.Rows;

namespace Godwit.Conformance.Live;

/// <summary>What has changed at the other side, as a test says it: rows of a table of integers by their key, and those that are gone.</summary>
/// <param name="table">Whose.</param>
/// <param name="since">Its earlier position.</param>
/// <param name="until">Its later one.</param>
/// <param name="rows">All columns of each row that is there, or its key alone where it is gone.</param>
public sealed class HandMadeDelta(LiveTable table, string since, string until, params IReadOnlyList<long[]> rows) : IChangeDelta
{
    public string Since => since;

    public string Until => until;

    public IReadOnlyDictionary<LiveTable, long> Keys { get; } = new Dictionary<LiveTable, long> { [table] = rows.Count };

    public IReadOnlyCollection<LiveTable> Whole => [];

    public long FillKeys(LiveTable table, IRowImageSink sink, CancellationToken cancellation) => Fill(sink, rows.Select(r => r[..table.Key.Count]));

    public DeltaRows FillRows(LiveTable table, IRowImageSink sink, Action<UnfitRow>? unfit, CancellationToken cancellation) => new(Fill(sink, rows.Where(r => r.Length > table.Key.Count)), 0);

    public IEnumerable<string> KeyTexts(LiveTable table) => rows.Select(r => string.Join(", ", r[..table.Key.Count]));

    public void Dispose()
    {
        // It holds nothing.
    }

    private static long Fill(IRowImageSink sink, IEnumerable<long[]> images)
    {
        using var buffer = new RowImageBuffer(key: default, sink, hashing: false);
        Span<byte> field = stackalloc byte[sizeof(int) + sizeof(long)];
        var count = 0L;
        foreach (var image in images)
        {
            buffer.BeginRow(image.Length);
            foreach (var value in image)
            {
                BinaryPrimitives.WriteInt32BigEndian(field, sizeof(long));
                BinaryPrimitives.WriteInt64BigEndian(field[sizeof(int)..], value);
                buffer.Write(field);
            }
            buffer.EndRow();
            count++;
        }
        buffer.Complete();
        return count;
    }
}
