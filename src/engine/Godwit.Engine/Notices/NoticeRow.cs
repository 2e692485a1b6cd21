namespace Godwit.Engine.Notices;

/// <summary>How a notice stands.</summary>
public enum NoticeState
{
    Waiting,
    Sent,

    /// <summary>It was tried for as long as the runbook says.</summary>
    GivenUp,
}

/// <summary>A notice as the target has it.</summary>
/// <param name="Part">Which of its addresses.</param>
/// <param name="Problem">Why the last attempt failed.</param>
public sealed record NoticeRow(
    string Notice, int Part, string Event, string Key, bool Required, NoticeState State, int Attempts, DateTimeOffset MadeAt, DateTimeOffset NextTry, DateTimeOffset GiveUpAt, DateTimeOffset? SentAt, string? Problem, string Subject);
