using Godwit.Model.Findings;
using Godwit.Postgres.Runs;

namespace Godwit.Cli.Move;

/// <summary>Who runs: what another mover is told.</summary>
internal static class RunHolder
{
    public static string Name => $"{Environment.UserName}@{Environment.MachineName}, process {Environment.ProcessId}";

    public static Finding Refusal(LeaseHolder holder) => Finding.Error(
        FindingCodes.TargetHeld,
        $"{holder.Holder} is moving into this schema (run {holder.Run}, last heard of {Math.Max(0, (int)holder.SinceHeartbeat.TotalSeconds)} s ago)",
        remedy: "Wait for it to finish, or stop it and use `godwit resume`.");
}

internal static class ToolVersion
{
    public static string Text { get; } = typeof(ToolVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
