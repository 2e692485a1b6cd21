namespace Godwit.Identity.Site.Frame;

/// <summary>What a page says of what was just done. Only these words can be asked for by an address.</summary>
internal static class Notice
{
    public const string FactorNeeded = "factor-needed";

    private static readonly Dictionary<string, string> s_all = new(StringComparer.Ordinal)
    {
        [FactorNeeded] = "This service asks everybody for a second factor. Set one up to go on.",
        ["verified"] = "Your address is confirmed. Sign in to begin.",
        ["password-set"] = "Your new password is set, and you were signed out everywhere. Sign in with it.",
        ["password-changed"] = "Your password is changed. All other sessions were ended.",
        ["signed-out"] = "You have signed out.",
        ["signed-out-everywhere"] = "You were signed out everywhere.",
        ["session-ended"] = "The session has ended.",
        ["email-asked"] = "If the address can be had, a mail with a link is on its way to it.",
        ["email-changed"] = "The account has its new address, and all other sessions were ended.",
        ["email-restored"] = "The account has its former address again, and all sessions were ended. Choose a new password.",
        ["phone-changed"] = "Your telephone number is confirmed.",
        ["device-named"] = "The name is kept.",
        ["device-trusted"] = "The device is trusted.",
        ["device-distrusted"] = "The device is not trusted any more.",
        ["device-revoked"] = "The device is forgotten, and its sessions have ended.",
        ["factor-removed"] = "The second factor is taken away.",
        ["consent-granted"] = "Your consent is noted.",
        ["consent-withdrawn"] = "Your consent is withdrawn.",
        ["passkey-added"] = "The passkey is added.",
        ["passkey-named"] = "The name is kept.",
        ["passkey-removed"] = "The passkey is removed.",
        ["provider-linked"] = "The account is linked: you can sign in with it from now on.",
        ["provider-unlinked"] = "The account is not linked any more.",
        ["request-withdrawn"] = "Your request is called back.",
        ["erasure-asked"] = "Your account will be erased. Until then you can call it back here.",
        ["request-sent"] = "Your request is noted. You see here what becomes of it.",
    };

    public static string? Of(string? code) => code is null ? null : s_all.GetValueOrDefault(code);
}
