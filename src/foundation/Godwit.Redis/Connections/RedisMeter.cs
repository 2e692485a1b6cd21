using System.Diagnostics.Metrics;

namespace Godwit.Redis.Connections;

/// <summary>
/// What the client counts, under the meter <c>Godwit.Redis</c>. The figures are asked for, and so there from the first scrape, at 0, whoever began to listen when: a series that appeared with its first count would hide
/// the first burst from every rate.
/// </summary>
internal static class RedisMeter
{
    private static readonly string[] s_kinds = [.. Enum.GetNames<RedisErrorKind>().Select(k => k.ToLowerInvariant())];

    private static readonly string[] s_results = ["made", "failed"];

    private static readonly long[] s_errors = new long[s_kinds.Length];

    private static readonly long[] s_connections = new long[s_results.Length];

    private static readonly Meter s_meter = new("Godwit.Redis");

    private static long s_answers;

    static RedisMeter()
    {
        s_meter.CreateObservableCounter("godwit.redis.answers", () => Interlocked.Read(ref s_answers), null, "Answers that Redis servers gave.");
        s_meter.CreateObservableCounter("godwit.redis.errors", () => All(s_errors, "kind", s_kinds), null, $"Commands that failed, by kind: {string.Join(", ", s_kinds)}.");
        s_meter.CreateObservableCounter("godwit.redis.connections", () => All(s_connections, "result", s_results), null, "Connections that were tried, by result: made, failed.");
    }

    /// <summary>Makes the series, at the latest when a client is made.</summary>
    public static void Register()
    {
        // The static constructor has done it.
    }

    public static void Answered(int count) => Interlocked.Add(ref s_answers, count);

    public static void Failed(RedisErrorKind kind) => Interlocked.Increment(ref s_errors[(int)kind]);

    public static void Connected(bool made) => Interlocked.Increment(ref s_connections[made ? 0 : 1]);

    private static IEnumerable<Measurement<long>> All(long[] counts, string label, string[] values) =>
        values.Select((value, i) => new Measurement<long>(Interlocked.Read(ref counts[i]), new KeyValuePair<string, object?>(label, value)));
}
