using System.Globalization;

namespace Godwit.Postgres.Live;

/// <summary>
/// How far a side was read: the snapshot, the timeline that a source was on, and how often anything was read from it before. A snapshot alone would not do: a server that lost its last commits with its
/// power, was restored, or handed over to a standby that was behind, gives the same transactions' numbers to others.
/// </summary>
/// <param name="Snapshot">pg_current_snapshot() as text.</param>
/// <param name="Timeline">The timeline of the write-ahead log; null of a position before everything, empty of the new side, which may hand over to a standby that lacks nothing.</param>
/// <param name="Readings">The count that the side keeps of readings, durable before what they read is applied.</param>
internal readonly record struct SourcePosition(string Snapshot, string? Timeline, long Readings)
{
    public static SourcePosition Parse(string text) =>
        text.Split('/') is [var snapshot, var timeline, var readings] ? new SourcePosition(snapshot, timeline, long.Parse(readings, CultureInfo.InvariantCulture)) : new SourcePosition(text, null, 0);

    public override string ToString() => Timeline is null ? Snapshot : string.Create(CultureInfo.InvariantCulture, $"{Snapshot}/{Timeline}/{Readings}");
}
