namespace Godwit.Engine.Notices;

/// <summary>Something that notices tell of.</summary>
/// <param name="Key">Which of its kind it is, within the run.</param>
/// <param name="State">How the run stands then, in a word.</param>
public sealed record NoticeOccurrence(NoticeEvent Event, string Key, string State)
{
    public string? Phase { get; init; }

    public string? Reason { get; init; }

    /// <summary>Told before the phase begins, since it waits for that.</summary>
    public bool Announced { get; init; }

    /// <summary>How long before the window opens, as the runbook writes it.</summary>
    public string? Ahead { get; init; }

    public DateTimeOffset? Opens { get; init; }

    public DateTimeOffset? Closes { get; init; }

    /// <summary>Of the window's times.</summary>
    public string? Zone { get; init; }

    /// <summary>Who has to approve.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}
