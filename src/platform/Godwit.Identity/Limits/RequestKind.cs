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

    public static IReadOnlyList<string> All { get; } = [Register, VerifyEmail, Resend, PasswordReset, PasswordSet, EmailConfirm, EmailChange, Sms, MagicLink];
}
