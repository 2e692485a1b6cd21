namespace Godwit.Identity.Mail;

/// <summary>What mails there are. The names stand in the outbox.</summary>
internal static class MailKind
{
    /// <summary>A registration: a link to verify the address, or word to its owner that there is an account already. Which of the two is found when the mail is sent, so that the request takes the same time either way.</summary>
    public const string Registration = "registration";

    /// <summary>A link for a new password; nothing where nobody has the address.</summary>
    public const string PasswordReset = "password_reset";

    /// <summary>A link that signs in; nothing where nobody has the address.</summary>
    public const string MagicLink = "magic_link";

    public const string PasswordChanged = "password_changed";

    /// <summary>A refresh token was used twice: somebody else may have had it.</summary>
    public const string SessionReused = "session_reused";

    /// <summary>A hundred wrong passwords in a row.</summary>
    public const string PasswordDisabled = "password_disabled";

    /// <summary>Six digits.</summary>
    public const string SecondFactorCode = "second_factor_code";

    public const string SecondFactorChanged = "second_factor_changed";

    /// <summary>One was made or removed, or may have been copied.</summary>
    public const string PasskeyChanged = "passkey_changed";

    /// <summary>A login that is unlike the person: as often as there is one.</summary>
    public const string UnusualSignIn = "unusual_sign_in";

    public const string NewDevice = "new_device";

    /// <summary>What became of a request about one's own data.</summary>
    public const string DataRequest = "data_request";

    /// <summary>The last mail that a person gets.</summary>
    public const string Erased = "erased";
}
