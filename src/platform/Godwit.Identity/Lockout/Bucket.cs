namespace Godwit.Identity.Lockout;

/// <summary>How failures of one kind are counted and answered.</summary>
/// <param name="Free">Failures that have no consequence.</param>
/// <param name="FirstLock">How long the first one after them locks; each further one twice as long.</param>
/// <param name="LongestLock">And never longer.</param>
/// <param name="Leak">After how long one failure is forgotten.</param>
internal sealed record BucketPolicy(int Free, TimeSpan FirstLock, TimeSpan LongestLock, TimeSpan Leak)
{
    /// <summary>The lock that follows so many failures; never shorter for more of them.</summary>
    public TimeSpan LockAfter(int failures)
    {
        if (failures <= Free) return TimeSpan.Zero;
        // A shift by more than 40 bits would be longer than any lock, and then none.
        var ticks = FirstLock.Ticks << Math.Min(failures - Free - 1, 20);
        return ticks < LongestLock.Ticks ? TimeSpan.FromTicks(ticks) : LongestLock;
    }
}

/// <summary>A count of failures that leaks, and a lock: what one row holds.</summary>
/// <param name="Failures">Counted, and not forgotten since.</param>
/// <param name="Since">From when the next is forgotten.</param>
/// <param name="LockedUntil">When an attempt is taken again; null or past when it is.</param>
internal sealed record Bucket(int Failures, DateTimeOffset Since, DateTimeOffset? LockedUntil)
{
    public static Bucket Empty { get; } = new(0, DateTimeOffset.UnixEpoch, null);

    /// <summary>Until when it is locked; null when it is not. Not longer than the policy's longest lock from now, so that a clock that was set back locks nobody out.</summary>
    public DateTimeOffset? LockedAt(BucketPolicy policy, DateTimeOffset now) => LockedUntil is not { } until || until <= now ? null : until - now > policy.LongestLock ? now + policy.LongestLock : until;

    /// <summary>With one attempt more, which counts as a failure until <see cref="Succeeded"/> takes it back: of a hundred at once, only so many are let through. One that is locked stays as it is: attempts do not extend a lock.</summary>
    public Bucket Tried(BucketPolicy policy, DateTimeOffset now)
    {
        if (LockedAt(policy, now) is not null) return this;
        var leaked = Leaked(policy, now);
        var failures = leaked.Failures + 1;
        var length = policy.LockAfter(failures);
        return new Bucket(failures, leaked.Failures == 0 ? now : leaked.Since, length > TimeSpan.Zero ? now + length : null);
    }

    /// <summary>Nothing is left: who has the password proved it.</summary>
    public static Bucket Succeeded() => Empty;

    /// <summary>Without the attempt that succeeded, and with all others: one right password among many wrong ones is what who tries stolen lists has too.</summary>
    public Bucket TakenBack(BucketPolicy policy)
    {
        var failures = Math.Max(0, Failures - 1);
        return this with { Failures = failures, LockedUntil = failures <= policy.Free ? null : LockedUntil };
    }

    private Bucket Leaked(BucketPolicy policy, DateTimeOffset now)
    {
        if (Failures == 0 || now <= Since) return this;
        var forgotten = (now - Since).Ticks / policy.Leak.Ticks;
        return forgotten >= Failures ? Empty : this with { Failures = Failures - (int)forgotten, Since = Since + TimeSpan.FromTicks(forgotten * policy.Leak.Ticks) };
    }
}
