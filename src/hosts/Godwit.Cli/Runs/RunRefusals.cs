using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Runs;

namespace Godwit.Cli.Runs;

/// <summary>Why a command does not touch a run.</summary>
internal static class RunRefusals
{
    public static Finding Changed(string step) => Finding.Error(
        FindingCodes.StepChanged, $"step {step} was done by an earlier run, and is not what it was then", null, "Put it back as it was, and make the change in a step of its own.");

    public static Finding NoRun(string? name) => Finding.Error(FindingCodes.NothingToResume, name is null ? "the target holds no run of a runbook" : $"the target holds no run of {name}", null, "`godwit run` begins one.");

    public static Finding Unfinished(Guid run, RunbookState state, bool same) => Finding.Error(
        FindingCodes.RunUnfinished,
        $"run {run} of this runbook is {RunWords.Of(state)}{(same ? "" : ", of another plan: the file was edited since")}",
        remedy: state == RunbookState.Complete ? "`godwit finish` ends it, `godwit rollback` takes it back." : "`godwit resume` goes on with it as it was planned, `godwit rollback` takes it back.");

    public static Finding Held(LeaseHolder holder) => Finding.Error(
        FindingCodes.TargetHeld, $"{holder.Holder} is at work on run {holder.Run} (last heard of {Math.Max(0, (int)holder.SinceHeartbeat.TotalSeconds)} s ago)",
        remedy: "`godwit status` shows it, `godwit pause` asks it to stop.");
}
