using Godwit.Model.Findings;
using Godwit.Postgres.Runs;

namespace Godwit.Cli.Move;

/// <summary>Who runs: what another mover is told.</summary>
internal static class RunHolder
{
    /// <summary>Seconds that a lease lasts, for networks and servers on which the default is too short, and for tests.</summary>
    private const string LeaseVariable = "GODWIT_LEASE_SECONDS";

    private const int ShortestLease = 2, LongestLease = 3600;

    public static Runner Self(TimeProvider time) => new($"{Environment.UserName}@{Environment.MachineName}, process {Environment.ProcessId}", Terms(), time);

    private static LeaseTerms Terms() =>
        int.TryParse(Environment.GetEnvironmentVariable(LeaseVariable), out var seconds)
            ? new LeaseTerms(TimeSpan.FromSeconds(Math.Clamp(seconds, ShortestLease, LongestLease)))
            : LeaseTerms.Default;

    /// <summary>Says that a takeover waits, so that nobody takes it for a hang.</summary>
    public static void SayWaiting(MoveConsole console, LeaseHolder holder) =>
        console.Note($"waiting for {holder.Holder}, which holds the run and was last heard of {Math.Max(0, (int)holder.SinceHeartbeat.TotalSeconds)} s ago; its lease is taken over when it gives no sign of life");

    public static Finding Refusal(LeaseHolder holder, string to, string schema) => Finding.Error(
        FindingCodes.TargetHeld,
        $"{holder.Holder} is moving into this schema (run {holder.Run}, last heard of {Math.Max(0, (int)holder.SinceHeartbeat.TotalSeconds)} s ago)",
        remedy: $"Wait for it to finish, or stop it and use `{RunPointer.Command("resume", to, schema)}`.");
}

internal static class ToolVersion
{
    public static string Text { get; } = typeof(ToolVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
