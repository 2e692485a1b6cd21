using Godwit.Engine.Live;
using Godwit.Engine.Rows;
using Godwit.Postgres.Sourcing;

namespace Godwit.Postgres.Live;

/// <summary>A delta of a PostgreSQL source: that of its log, with a position that tells whether the source was set back, and with faults that say whose they are.</summary>
internal sealed class SourceDelta(PostgresDelta delta, string since, string until) : IChangeDelta
{
    public string Since => since;

    public string Until => until;

    public IReadOnlyDictionary<LiveTable, long> Keys => delta.Keys;

    public IReadOnlyCollection<LiveTable> Whole => delta.Whole;

    public long FillKeys(LiveTable table, IRowImageSink sink, CancellationToken cancellation) => Fill(sink, s => delta.FillKeys(table, s, cancellation));

    public DeltaRows FillRows(LiveTable table, IRowImageSink sink, Action<UnfitRow>? unfit, CancellationToken cancellation) => Fill(sink, s => delta.FillRows(table, s, unfit, cancellation));

    public void FillCompared(LiveTable table, IRowImageSink sink, CancellationToken cancellation) => Fill(
        sink,
        s =>
        {
            delta.FillCompared(table, s, cancellation);
            return true;
        });

    public IEnumerable<string> KeyTexts(LiveTable table) => delta.KeyTexts(table);

    public void Dispose() => delta.Dispose();

    private static T Fill<T>(IRowImageSink sink, Func<IRowImageSink, T> fill)
    {
        var watched = new Watched(sink);
        try
        {
            return fill(watched);
        }
        catch (Exception fault) when (!watched.HandsOn && SourceReadException.IsSources(fault))
        {
            throw PostgresLiveSource.Unreadable(fault);
        }
    }

    /// <summary>While bytes are handed on, a fault is the other side's.</summary>
    private sealed class Watched(IRowImageSink sink) : IRowImageSink
    {
        public bool HandsOn { get; private set; }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            HandsOn = true;
            sink.Write(bytes);
            HandsOn = false;
        }
    }
}
