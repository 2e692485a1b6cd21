using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>Where a run of a runbook stands.</summary>
public enum RunbookState
{
    /// <summary>A runner works on it, or worked on it until it was killed.</summary>
    Running,

    /// <summary>Stopped with a reason: somebody asked, a gate did not open, a step failed. <c>resume</c> goes on, <c>rollback</c> goes back.</summary>
    Paused,

    /// <summary>Every phase but contract is done: the new is in use, the old is kept. <c>finish</c> removes it, <c>rollback</c> goes back to it.</summary>
    Complete,

    /// <summary>Contract is done too, or there is none: nothing is left to do.</summary>
    Finished,

    /// <summary>Everything is undone.</summary>
    RolledBack,

    /// <summary>Given up as it was; nothing was undone.</summary>
    Aborted,
}

/// <summary>Where a step of a run stands.</summary>
public enum StepState
{
    Pending,

    /// <summary>Begun; some of it may be done.</summary>
    Applying,

    /// <summary>Done, and not yet looked at.</summary>
    Applied,

    /// <summary>Done, and seen to be there.</summary>
    Verified,

    /// <summary>Begun to be taken back.</summary>
    Undoing,

    Undone,

    /// <summary>Stopped half way, outside a transaction: which statements are done is known one by one, what the last one did is not.</summary>
    Unknown,
}

/// <summary>What a person asked of a run that another process works on.</summary>
public enum RunRequest
{
    None,
    Pause,
}

/// <summary>A step of a run as its row has it.</summary>
/// <param name="Carried">Done by an earlier run of the same runbook: this run neither does nor undoes it.</param>
public sealed record StepRow(string Id, Phase Phase, StepState State, int Attempts, long Done, long? Total, DateTimeOffset? BeganAt, DateTimeOffset? EndedAt, bool Carried = false)
{
    /// <summary>What a step that is not over remembers of its progress, in its own words; null when it does not.</summary>
    public string? Progress { get; init; }

    /// <summary>How often it was taken back: what is done of it now is one application more, and to the world outside another effect.</summary>
    public int TimesUndone { get; init; }

    /// <summary>What it has begun outside the target and is not known to have ended.</summary>
    public StepEffect? Effect { get; init; }

    /// <summary>When that is over at the latest, by the target's clock.</summary>
    public DateTimeOffset? EffectUntil { get; init; }
}

/// <param name="What">In a word or two: <c>command</c>, <c>request</c>.</param>
/// <param name="Epoch">Of the runner that began it.</param>
/// <param name="By">That runner's process, where the effect ends with it; null where it may outlive it.</param>
public sealed record StepEffect(string What, Guid Epoch, string? By);

/// <summary>A phase of a run as its row has it. One that has not begun has no row.</summary>
/// <param name="Catalog">SHA-256 of the target's catalog before the phase's first step: what rolling back has to give back.</param>
public sealed record PhaseRow(Phase Phase, DateTimeOffset BeganAt, DateTimeOffset? EndedAt, string Catalog)
{
    /// <summary>SHA-256 of the catalog when the phase ended.</summary>
    public string? EndCatalog { get; init; }

    /// <summary>SHA-256 of the catalog when somebody first began to take the phase back.</summary>
    public string? UndoCatalog { get; init; }

    /// <summary>When somebody went on after the deadline was over: it counts from then.</summary>
    public DateTimeOffset? ExtendedAt { get; init; }

    /// <summary>What the phase's deadline counts from.</summary>
    public DateTimeOffset CountsFrom => ExtendedAt ?? BeganAt;
}

/// <summary>A run of a runbook as the target has it.</summary>
public sealed record RunbookRun
{
    public required Guid Id { get; init; }

    public required RunbookPlan Plan { get; init; }

    public required RunbookState State { get; init; }

    /// <summary>Why it paused.</summary>
    public string? Reason { get; init; }

    public RunRequest Asked { get; init; }

    /// <summary>Whether it is on its way back.</summary>
    public bool RollingBack { get; init; }

    /// <summary>The phase after which everything is being undone; null for all of it.</summary>
    public Phase? RollingBackTo { get; init; }

    /// <summary>The target went back and somebody accepted it: what is done is looked at again before the run goes on.</summary>
    public bool Recheck { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The database's clock when this was read: times of a run compare with it and no other.</summary>
    public required DateTimeOffset Now { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public required string ToolVersion { get; init; }

    /// <summary>The runbook's folder on the machine that began it.</summary>
    public required string Folder { get; init; }

    public IReadOnlyList<PhaseRow> Phases { get; init; } = [];

    public IReadOnlyList<StepRow> Steps { get; init; } = [];

    /// <summary>Who holds the run, and how long ago it was heard of; null when nobody does.</summary>
    public RunnerSeen? Runner { get; init; }
}

/// <param name="Alive">Heard of within its lease.</param>
public sealed record RunnerSeen(string Holder, TimeSpan SinceHeartbeat, bool Alive);
