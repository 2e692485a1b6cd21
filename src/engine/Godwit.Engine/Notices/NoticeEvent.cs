namespace Godwit.Engine.Notices;

/// <summary>What a notice tells of.</summary>
public enum NoticeEvent
{
    /// <summary>A window that the run waits for opens soon.</summary>
    Before,

    Began,

    /// <summary>A phase begins.</summary>
    Phase,

    /// <summary>The run waits for people to approve.</summary>
    ApprovalNeeded,

    /// <summary>It stopped for another reason than a step that failed.</summary>
    Paused,

    /// <summary>Somebody had it go on.</summary>
    Resumed,

    /// <summary>A step failed, or what it did could not be verified.</summary>
    Failed,

    /// <summary>Everything but contract is done: the new is in use.</summary>
    Done,

    /// <summary>Contract is done too: the old is gone.</summary>
    Finished,

    RolledBack,

    /// <summary>Given up as it was.</summary>
    Aborted,
}

/// <summary>Events as runbooks and the target's rows name them.</summary>
public static class NoticeEvents
{
    public static IReadOnlyList<NoticeEvent> All { get; } = Enum.GetValues<NoticeEvent>();

    public static string Word(NoticeEvent told) => told switch
    {
        NoticeEvent.ApprovalNeeded => "approval-needed",
        NoticeEvent.RolledBack => "rolled-back",
        _ => told.ToString().ToLowerInvariant(),
    };

    public static NoticeEvent? Find(string word) => All.Where(e => Word(e) == word).Select(e => (NoticeEvent?)e).FirstOrDefault();
}
