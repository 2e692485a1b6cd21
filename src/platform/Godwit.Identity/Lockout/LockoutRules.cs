namespace Godwit.Identity.Lockout;

/// <summary>The figures of the lockout (docs/identity-signing-in.md, "Lockout").</summary>
internal sealed record LockoutRules
{
    /// <summary>Attempts on an account by devices that never logged in to it.</summary>
    public BucketPolicy Account { get; init; } = new(5, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15), TimeSpan.FromHours(12));

    /// <summary>Attempts on an account by one device that has.</summary>
    public BucketPolicy KnownDevice { get; init; } = new(10, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));

    /// <summary>Attempts of unknown devices from one address, on whatever accounts.</summary>
    public BucketPolicy Network { get; init; } = new(30, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromMinutes(2));

    /// <summary>Attempts of unknown devices in all. It locks nobody out: beyond it a password alone is not enough.</summary>
    public BucketPolicy Everyone { get; init; } = new(1000, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(200));

    /// <summary>Failures of unknown devices, one after another, after which the password opens the account on known devices only (NIST SP 800-63B section 3.2.2: no more than 100).</summary>
    public int DisablesPassword { get; init; } = 100;

    /// <summary>Failures of a known device, one after another, after which it is an unknown one.</summary>
    public int DistrustsDevice { get; init; } = 100;
}

/// <summary>How somebody wants to get in.</summary>
internal enum LoginWay
{
    Password,

    /// <summary>A passkey or a mailed link: nothing that can be guessed, and so never locked.</summary>
    Unguessable,
}

internal enum LockoutVerdict
{
    /// <summary>The password may be looked at.</summary>
    Allowed,

    /// <summary>It may be looked at, and a second factor is asked for whatever the account's policy says: the service is under attack.</summary>
    AllowedWithSecondFactor,

    /// <summary>Not before a time. The password is not looked at.</summary>
    Locked,

    /// <summary>The password opens nothing here until it was set anew; known devices, passkeys and mailed links do.</summary>
    PasswordDisabled,
}

/// <summary>What becomes of an attempt.</summary>
/// <param name="Verdict">Whether the password is looked at.</param>
/// <param name="Until">When the next attempt is taken, for <see cref="LockoutVerdict.Locked"/>.</param>
/// <param name="DisabledPassword">This attempt, unless it succeeds, is the one that disables the password: the person is told.</param>
/// <param name="DistrustedDevice">This attempt, unless it succeeds, ends the trust in the device.</param>
internal sealed record LockoutDecision(LockoutVerdict Verdict, DateTimeOffset? Until = null, bool DisabledPassword = false, bool DistrustedDevice = false)
{
    /// <summary>Whether the password is looked at.</summary>
    public bool MayTry => Verdict is LockoutVerdict.Allowed or LockoutVerdict.AllowedWithSecondFactor;
}
