namespace Godwit.Identity.Limits;

/// <summary>What is counted for each network by itself: whoever uses up one keeps the others.</summary>
internal static class RequestKind
{
    public const string Register = "register";

    public const string VerifyEmail = "verify_email";

    public const string Resend = "resend";

    public const string PasswordReset = "password_reset";

    public const string PasswordSet = "password_set";

    public const string EmailConfirm = "email_confirm";

    public const string EmailChange = "email_change";

    public const string Sms = "sms";

    /// <summary>A mailed link that signs in.</summary>
    public const string MagicLink = "magic_link";

    /// <summary>Beginning to sign in at a provider: a row, and at times a question to the provider.</summary>
    public const string OAuthStart = "oauth_start";

    /// <summary>Finishing it: questions to the provider.</summary>
    public const string OAuthFinish = "oauth_finish";

    /// <summary>What a passkey is asked at a login: a row.</summary>
    public const string PasskeyOptions = "passkey_options";

    /// <summary>The question for a second factor within a session: a hash, and a mail or text message.</summary>
    public const string Challenge = "challenge";

    public static IReadOnlyList<string> All { get; } = [Register, VerifyEmail, Resend, PasswordReset, PasswordSet, EmailConfirm, EmailChange, Sms, MagicLink, OAuthStart, OAuthFinish, PasskeyOptions, Challenge];
}
