using System.Diagnostics.Metrics;
using Godwit.Identity.Limits;
using Godwit.Identity.Lockout;

namespace Godwit.Identity.Figures;

/// <summary>
/// What the service counts (docs/identity-operating.md, "Figures"). A label is one of a few words that stand here; none is a person, an address or an id. Each series is there at 0 from the start: one that appears with its first count hides
/// that first burst from every alert.
/// </summary>
internal static class IdentityMeter
{
    public const string Name = "Godwit.Identity";

    private static readonly Meter s_meter = new(Name);

    private static readonly Counter<long> s_logins = s_meter.CreateCounter<long>("godwit.identity.logins", null, "Logins by what became of them.");

    private static readonly Counter<long> s_factors = s_meter.CreateCounter<long>("godwit.identity.second_factors", null, "Second factors that were asked for, and what came back.");

    private static readonly Counter<long> s_refreshes = s_meter.CreateCounter<long>("godwit.identity.refreshes", null, "Refresh tokens that were presented with a right signature: renewed, or used before.");

    private static readonly Counter<long> s_registrations = s_meter.CreateCounter<long>("godwit.identity.registrations", null, "Accounts that came to be: their address was verified.");

    private static readonly Counter<long> s_forms = s_meter.CreateCounter<long>("godwit.identity.registration_requests", null, "Registration forms that were taken, whether anybody verifies the address or not.");

    private static readonly Counter<long> s_lockouts = s_meter.CreateCounter<long>("godwit.identity.lockouts", null, "Locks that began, by what is locked.");

    private static readonly Counter<long> s_limited = s_meter.CreateCounter<long>("godwit.identity.requests_limited", null, "Requests that were refused because one network, account or number asked too often.");

    private static readonly Counter<long> s_codes = s_meter.CreateCounter<long>("godwit.identity.otp_deliveries", null, "Attempts at delivering a code, by channel.");

    private static readonly Counter<long> s_messages = s_meter.CreateCounter<long>("godwit.identity.mails", null, "Mails and text messages that were taken out of their outbox, by what became of them.");

    private static readonly Histogram<double> s_delays = s_meter.CreateHistogram<double>("godwit.identity.mail.delay", "s", "From the writing of a mail or text message until it was sent.");

    private static readonly Counter<long> s_violations = s_meter.CreateCounter<long>("godwit.security.violations", null, "What no client of ours does: somebody attacks.");

    private static readonly string[] s_channels = ["email", "sms"];

    /// <summary>Sets every series to 0 that is not there yet.</summary>
    public static void Begin()
    {
        foreach (var result in (string[])["passed", "failed", "throttled", "refused"]) s_logins.Add(0, Tag("result", result));
        foreach (var result in (string[])["asked", "passed", "failed", "throttled"]) s_factors.Add(0, Tag("result", result));
        foreach (var result in (string[])["renewed", "reused"]) s_refreshes.Add(0, Tag("result", result));
        foreach (var kind in (string[])["account", "network", "device", "password"]) s_lockouts.Add(0, Tag("kind", kind));
        foreach (var kind in RequestKind.All) s_limited.Add(0, Tag("kind", kind));
        foreach (var channel in s_channels)
        {
            foreach (var result in (string[])["delivered", "failed"]) s_codes.Add(0, Tag("channel", channel), Tag("result", result));
            foreach (var outcome in (string[])["sent", "dropped", "later", "failed"]) s_messages.Add(0, Tag("channel", channel), Tag("outcome", outcome));
        }
        foreach (var kind in (string[])["refresh_token_reused", "device_distrusted", "session_guessing"]) s_violations.Add(0, Tag("kind", kind));
        s_registrations.Add(0);
        s_forms.Add(0);
    }

    /// <summary>Counts what an event tells. It is counted when it is written: of a transaction that is undone, too.</summary>
    public static void Happened(string type)
    {
        switch (type)
        {
            case "login_success": s_logins.Add(1, Tag("result", "passed")); break;
            case "login_failed": s_logins.Add(1, Tag("result", "failed")); break;
            case "login_throttled": s_logins.Add(1, Tag("result", "throttled")); break;
            case "login_refused": s_logins.Add(1, Tag("result", "refused")); break;
            case "second_factor_asked": s_factors.Add(1, Tag("result", "asked")); break;
            case "second_factor_failed": s_factors.Add(1, Tag("result", "failed")); break;
            case "second_factor_throttled": s_factors.Add(1, Tag("result", "throttled")); break;
            case "session_renewed": s_refreshes.Add(1, Tag("result", "renewed")); break;
            case "refresh_token_reused":
                s_refreshes.Add(1, Tag("result", "reused"));
                s_violations.Add(1, Tag("kind", type));
                break;
            case "device_distrusted" or "session_guessing": s_violations.Add(1, Tag("kind", type)); break;
            case "password_disabled": s_lockouts.Add(1, Tag("kind", "password")); break;
            case "account_created": s_registrations.Add(1); break;
            case "registration_requested": s_forms.Add(1); break;
            default: break;
        }
    }

    /// <summary>A second factor was right.</summary>
    public static void FactorPassed() => s_factors.Add(1, Tag("result", "passed"));

    /// <summary>Counts the locks that an attempt has begun.</summary>
    public static void Locked(LockoutState before, LockoutState after, bool device, DateTimeOffset now)
    {
        if (device) Began("device", before.Device, after.Device);
        else
        {
            Began("account", before.Account, after.Account);
            Began("network", before.Network, after.Network);
        }

        void Began(string kind, Bucket was, Bucket next)
        {
            if (next.LockedUntil > now && next.LockedUntil != was.LockedUntil) s_lockouts.Add(1, Tag("kind", kind));
        }
    }

    /// <param name="kind">One of <see cref="RequestKind"/>, or a part of one after a space.</param>
    public static void Limited(string kind) => s_limited.Add(1, Tag("kind", kind.Split(' ')[0]));

    /// <summary>An attempt at a mail or text message is over.</summary>
    /// <param name="channel">email or sms.</param>
    /// <param name="outcome">sent, dropped, later or failed.</param>
    /// <param name="code">Whether it brings a code.</param>
    /// <param name="waited">Since it was written.</param>
    public static void Delivered(string channel, string outcome, bool code, TimeSpan waited)
    {
        s_messages.Add(1, Tag("channel", channel), Tag("outcome", outcome));
        if (outcome == "sent") s_delays.Record(Math.Max(0, waited.TotalSeconds), Tag("channel", channel));
        if (code && outcome != "dropped") s_codes.Add(1, Tag("channel", channel), Tag("result", outcome == "sent" ? "delivered" : "failed"));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
