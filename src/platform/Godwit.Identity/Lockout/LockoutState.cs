namespace Godwit.Identity.Lockout;

/// <summary>
/// All rows that an attempt at a password looks at and changes. The machine is pure: who keeps the rows locks them, asks <see cref="Try"/> before a password is looked at, stores what comes back, and tells <see cref="Succeeded"/> when it was right.
/// A wrong one needs nothing more: it was counted. What unknown devices do never touches <see cref="Device"/>, and a known device is asked about nothing else: nobody without one can lock it out.
/// </summary>
internal sealed record LockoutState
{
    /// <summary>Of the account: by devices that are not known to it.</summary>
    public Bucket Account { get; init; } = Bucket.Empty;

    /// <summary>Failures of unknown devices since one of them got in or the password was set; not forgotten with time.</summary>
    public int InARow { get; init; }

    public bool PasswordDisabled { get; init; }

    /// <summary>Of the account and this device, where it is known.</summary>
    public Bucket Device { get; init; } = Bucket.Empty;

    public int DeviceInARow { get; init; }

    /// <summary>Of the address or its /64: <see cref="NetworkKey"/>.</summary>
    public Bucket Network { get; init; } = Bucket.Empty;

    /// <summary>Of all.</summary>
    public Bucket Everyone { get; init; } = Bucket.Empty;

    /// <summary>Before a password is looked at.</summary>
    /// <param name="rules">The figures.</param>
    /// <param name="way">How.</param>
    /// <param name="knownDevice">Whether the device has shown that it logged in to this account in full before.</param>
    /// <param name="now">The time of the rows' database.</param>
    /// <returns>The rows as they are afterwards: the same when the attempt is refused.</returns>
    public (LockoutState State, LockoutDecision Decision) Try(LockoutRules rules, LoginWay way, bool knownDevice, DateTimeOffset now)
    {
        if (way == LoginWay.Unguessable) return (this, new(LockoutVerdict.Allowed));
        return knownDevice ? TryKnown(rules, now) : TryUnknown(rules, now);
    }

    /// <summary>After the password was right, and the second factor where one is asked for.</summary>
    public LockoutState Succeeded(LockoutRules rules, LoginWay way, bool knownDevice)
    {
        if (way == LoginWay.Unguessable) return this;
        // What the owner does on their own device gives no attempts to who has none.
        if (knownDevice) return this with { Device = Bucket.Succeeded(), DeviceInARow = 0 };
        return this with { Account = Bucket.Succeeded(), InARow = 0, PasswordDisabled = false, Network = Network.TakenBack(rules.Network), Everyone = Everyone.TakenBack(rules.Everyone) };
    }

    /// <summary>After the password was set anew by who could.</summary>
    public LockoutState PasswordSet() => this with { Account = Bucket.Empty, InARow = 0, PasswordDisabled = false, Device = Bucket.Empty, DeviceInARow = 0 };

    private (LockoutState, LockoutDecision) TryKnown(LockoutRules rules, DateTimeOffset now)
    {
        if (Device.LockedAt(rules.KnownDevice, now) is { } until) return (this, new(LockoutVerdict.Locked, until));
        var inARow = DeviceInARow + 1;
        return (this with { Device = Device.Tried(rules.KnownDevice, now), DeviceInARow = inARow }, new(LockoutVerdict.Allowed, DistrustedDevice: inARow >= rules.DistrustsDevice));
    }

    private (LockoutState, LockoutDecision) TryUnknown(LockoutRules rules, DateTimeOffset now)
    {
        // It opens nothing, and costs a hash as every answer does: its network is counted, so that nobody has hashes computed for nothing.
        if (PasswordDisabled)
        {
            return Network.LockedAt(rules.Network, now) is { } later
                ? (this, new(LockoutVerdict.Locked, later))
                : (this with { Network = Network.Tried(rules.Network, now) }, new(LockoutVerdict.PasswordDisabled));
        }
        // All are looked at before any counts: an attempt that one refuses is none for the others.
        if (Later(Account.LockedAt(rules.Account, now), Network.LockedAt(rules.Network, now)) is { } until) return (this, new(LockoutVerdict.Locked, until));
        var attacked = Everyone.LockedAt(rules.Everyone, now) is not null;
        var inARow = InARow + 1;
        var disables = inARow >= rules.DisablesPassword;
        var state = this with
        {
            Account = Account.Tried(rules.Account, now), InARow = inARow, PasswordDisabled = disables, Network = Network.Tried(rules.Network, now), Everyone = Everyone.Tried(rules.Everyone, now),
        };
        return (state, new(attacked ? LockoutVerdict.AllowedWithSecondFactor : LockoutVerdict.Allowed, DisabledPassword: disables));
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;
}
