namespace Godwit.Security.Keyring;

/// <summary>When a key has to make place for the next: after a time, or after so many values, whichever comes first.</summary>
public sealed record RotationPolicy
{
    /// <summary>
    /// The most values that one key encrypts. With random nonces of 96 bits NIST SP 800-38D section 8.3 allows 2^32; at 2^30 the chance that any nonce came twice is below 2^-36.
    /// </summary>
    public const long HardLimit = 1L << 30;

    public static RotationPolicy Default { get; } = new();

    /// <summary>How long a key is active.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How long before that a warning begins.</summary>
    public TimeSpan Warning { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How many values a key may encrypt before a rotation is asked for; the key refuses at <see cref="HardLimit"/>.</summary>
    public long Values { get; init; } = HardLimit / 4 * 3;

    /// <param name="key">The key.</param>
    /// <param name="values">How many values it has encrypted.</param>
    /// <param name="now">The moment to judge for.</param>
    public KeyAge Judge(KeyRecord key, long values, DateTimeOffset now)
    {
        var since = key.ActivatedAt ?? key.CreatedAt;
        var due = since + Period;
        var state = key.State != KeyState.Active ? RotationDue.No
            : values >= HardLimit ? RotationDue.Exhausted
            : now >= due || values >= Values ? RotationDue.Overdue
            : now >= due - Warning ? RotationDue.Soon
            : RotationDue.No;
        return new KeyAge(now - since, due, values, state);
    }
}

/// <param name="Age">Since it became active.</param>
/// <param name="DueAt">When the next has to take its place by the calendar.</param>
/// <param name="Values">How many values it has encrypted.</param>
public sealed record KeyAge(TimeSpan Age, DateTimeOffset DueAt, long Values, RotationDue Due);

public enum RotationDue
{
    /// <summary>Not yet, or not at all: only an active key is replaced.</summary>
    No,
    Soon,
    Overdue,

    /// <summary>It encrypts no more.</summary>
    Exhausted,
}
