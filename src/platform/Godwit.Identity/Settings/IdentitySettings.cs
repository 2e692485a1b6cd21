using System.Net.Mail;
using Godwit.Http.Settings;

namespace Godwit.Identity.Settings;

/// <summary>The variables of the identity service.</summary>
internal static class IdentitySettings
{
    /// <summary>The host's: links in mails begin with it.</summary>
    public const string PublicUrl = "GODWIT_PUBLIC_URL";

    public static readonly Setting SessionMinutes = Setting.Whole("JWT_EXPIRE_MINUTES", 480, 5, 60 * 24 * 90, "Minutes that a session lasts from its login, however often its tokens are renewed");

    public static readonly Setting IdleMinutes = Setting.Whole("IDENTITY_IDLE_MINUTES", 60, 5, 60 * 24 * 90, "Minutes without a renewal after which a session has ended, however long it was to last");

    public static readonly Setting AccessSeconds = Setting.Whole("IDENTITY_ACCESS_SECONDS", 300, 30, 300, "Seconds that an access token is good for");

    public static readonly Setting MailServer = new("IDENTITY_MAIL_SERVER", "HOST:PORT of the mail server; STARTTLS is used, in production it has to be") { Refuse = static (value, _) => MailServerAddress.Read(value) is null ? "is no HOST:PORT" : null };

    public static readonly Setting MailFolder = new("IDENTITY_MAIL_FOLDER", "A folder that mails are written to instead, for development")
    {
        Refuse = static (_, production) => production ? "is for development: production sends its mails" : null,
    };

    public static readonly Setting MailFrom = new("IDENTITY_MAIL_FROM", "The sender of mails") { Default = "no-reply@localhost", Refuse = RefuseSender };

    public static readonly Setting MailUser = new("IDENTITY_MAIL_USER", "The account at the mail server; without it nobody logs in there");

    public static readonly Setting MailPassword = new("IDENTITY_MAIL_PASSWORD", "Its password") { Secret = Security.Secrets.SecretPolicy.Password };

    public static readonly Setting ServiceName = new("IDENTITY_SERVICE_NAME", "What the service is called in mails, and which is no password") { Default = "Godwit" };

    public static readonly Setting ConsentFolder = new("IDENTITY_CONSENT_FOLDER", "The folder of the words that people agree to, in files like terms-1.0.txt; required in production, unless the database has them");

    public static readonly Setting BreachedPasswords = new("IDENTITY_BREACHED_PASSWORDS", "The file of breached passwords; the one beside the program, where it is not said");

    public static readonly Setting EventMonths = Setting.Whole("IDENTITY_EVENT_MONTHS", 24, 1, 1200, "Whole months that security events are kept after the one that they are of");

    public static readonly Setting SecondFactor = Setting.OneOf("IDENTITY_MFA", "optional leaves a second factor to each person; required lets who has none do nothing but set one up", "optional", "required");

    public static readonly Setting SealSeconds = Setting.Whole("IDENTITY_SEAL_SECONDS", 5, 1, 300, "Seconds between two blocks of security events: as long a row that was just written can be changed unseen");

    public static readonly Setting NetworkBurst = Setting.Whole(
        "IDENTITY_NETWORK_BURST", 30, 1, 1_000_000, "Requests of each kind that need no session (register, verify, reset, resend) that one network may send at once; then it is one each 30 seconds");

    public static readonly Setting SmsUrl = new("IDENTITY_SMS_URL", "Where text messages are posted to, as JSON with a signature: https, or in development http on this machine") { Refuse = RefuseSmsUrl };

    public static readonly Setting SmsSecret = new("IDENTITY_SMS_SECRET", "Signs what is posted there") { Secret = Security.Secrets.SecretPolicy.Key };

    public static readonly Setting SmsFolder = new("IDENTITY_SMS_FOLDER", "A folder that text messages are written to instead, for development")
    {
        Refuse = static (_, production) => production ? "is for development: production sends its text messages" : null,
    };

    public static readonly Setting SmsCountries = new("IDENTITY_SMS_COUNTRIES", "The calling codes that text messages are sent to, with commas between them (49,43,41); all where it is not said")
    {
        Refuse = static (value, _) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } codes && codes.All(c => c.Length is >= 1 and <= 7 && c[0] != '0' && c.All(char.IsAsciiDigit)) ? null : "is no list of calling codes",
    };

    public static readonly Setting SmsDaily = Setting.Whole("IDENTITY_SMS_DAILY", 1000, 1, 10_000_000, "Text messages in all that are sent within a day");

    /// <summary>Godwit's own, as the command line reads it.</summary>
    public static readonly Setting Home = new("GODWIT_HOME", "The folder of the key that signs blocks of security events; ~/.config/godwit where it is not said");

    public static IReadOnlyList<Setting> All { get; } = [SessionMinutes, IdleMinutes, AccessSeconds, MailServer, MailFolder, MailFrom, MailUser, MailPassword, ServiceName, ConsentFolder, BreachedPasswords, EventMonths, SecondFactor, SealSeconds, Home, NetworkBurst, SmsUrl, SmsSecret, SmsFolder, SmsCountries, SmsDaily];

    private static string? RefuseSmsUrl(string value, bool production) =>
        !Uri.TryCreate(value, UriKind.Absolute, out var url) ? "is no URL"
        : url.UserInfo.Length > 0 ? "has a name or a password in it"
        : url.Scheme == Uri.UriSchemeHttps || (!production && url is { IsLoopback: true } && url.Scheme == Uri.UriSchemeHttp) ? null
        : "is no https URL";

    private static string? RefuseSender(string value, bool production) =>
        !MailAddress.TryCreate(value, out _) ? "is no address"
        : production && value.EndsWith("@localhost", StringComparison.OrdinalIgnoreCase) ? "is of no domain: nobody could answer, and mail servers refuse it"
        : null;
}
