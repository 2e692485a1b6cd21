using System.Diagnostics.Metrics;

namespace Godwit.Redis.Connections;

/// <summary>What the client counts, under the meter <c>Godwit.Redis</c>.</summary>
internal static class RedisMeter
{
    private static readonly Meter s_meter = new("Godwit.Redis");

    private static readonly Counter<long> s_answers = s_meter.CreateCounter<long>("godwit.redis.answers", null, "Answers that Redis servers gave.");

    private static readonly Counter<long> s_errors = s_meter.CreateCounter<long>("godwit.redis.errors", null, "Commands that failed, by kind: timeout, lost, unavailable, refused.");

    private static readonly Counter<long> s_connections = s_meter.CreateCounter<long>("godwit.redis.connections", null, "Connections that were tried, by result: made, failed.");

    public static void Answered(int count) => s_answers.Add(count);

    public static void Failed(string kind) => s_errors.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public static void Connected(bool made) => s_connections.Add(1, new KeyValuePair<string, object?>("result", made ? "made" : "failed"));
}
