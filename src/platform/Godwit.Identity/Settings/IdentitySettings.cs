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

    public static readonly Setting PasskeyDomain = new("IDENTITY_PASSKEY_DOMAIN", "The domain that passkeys are of (WebAuthn's RP ID); the host of GODWIT_PUBLIC_URL, where it is not said. Another one makes all passkeys useless")
    {
        Refuse = static (value, _) => Uri.CheckHostName(value) == UriHostNameType.Dns && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') ? null : "is no domain in small ASCII letters",
    };

    public static readonly Setting PasskeyOrigins = new("IDENTITY_PASSKEY_ORIGINS", "The origins whose pages may use passkeys, with commas between: https://www.example.org; that of GODWIT_PUBLIC_URL, where they are not said") { Refuse = RefuseOrigins };

    public static readonly Setting Providers = new("IDENTITY_OIDC_PROVIDERS", "A JSON file of the OpenID Connect providers that accounts are signed in to with");

    public static readonly Setting RiskThreshold = Setting.Whole("IDENTITY_RISK_THRESHOLD", 50, 1, 101, "Points of risk from which a login is asked for a second factor; 101 never asks");

    public static readonly Setting CountryList = new("IDENTITY_COUNTRY_LIST", "A file of networks with their countries, lines like 192.0.2.0/24,DE; it is read again when it changed");

    public static readonly Setting NetworkLists = new("IDENTITY_NETWORK_LISTS", "Files of networks whose logins are risky, with names and commas between: tor=/etc/godwit/tor.txt; they are read again when they changed")
    {
        Refuse = static (value, _) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is var lists && lists.All(l => l.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && at < l.Length - 1 && l[..at].All(c => char.IsAsciiLetterLower(c) || c == '_'))
            && lists.DistinctBy(l => l[..l.IndexOf('=', StringComparison.Ordinal)]).Count() == lists.Length ? null : "is no list of NAME=FILE with names of small letters, each once",
    };

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

    public static readonly Setting ErasureHours = Setting.Whole("IDENTITY_ERASURE_HOURS", 72, 0, 648, "Hours between a request to erase an account and its erasure, in which it can be called back");

    public static readonly Setting ArchiveDays = Setting.Whole("IDENTITY_ARCHIVE_DAYS", 14, 1, 90, "Days that the archive of a data request can be fetched");

    public static readonly Setting Register = new("IDENTITY_REGISTER", "The folder of the register of erasures and ended sessions, which no backup of the database holds; GODWIT_HOME/register where it is not said. All hosts of a database share it");

    public static readonly Setting FactorRoles = new("IDENTITY_MFA_ROLES", "Roles whose holders have to have shown a second factor, between commas; all: every role; none: nobody's")
    {
        Default = "all", MayBePlaceholder = true, Refuse = static (value, _) => value.Split(',').All(w => w.Trim() is { Length: > 0 } role && role.All(c => c is (>= 'a' and <= 'z') or '_')) ? null : "is no list of roles: support,auditor",
    };

    public static IReadOnlyList<Setting> All { get; } =
    [
        SessionMinutes, IdleMinutes, AccessSeconds, MailServer, MailFolder, MailFrom, MailUser, MailPassword, ServiceName, ConsentFolder, BreachedPasswords, EventMonths,
        SecondFactor, SealSeconds, Home, PasskeyDomain, PasskeyOrigins, RiskThreshold, CountryList, NetworkLists, ErasureHours, ArchiveDays, Register, FactorRoles, NetworkBurst,
        SmsUrl, SmsSecret, SmsFolder, SmsCountries, SmsDaily, Providers,
    ];

    /// <summary>As browsers write them; an app's on Android is another (android:apk-key-hash:...).</summary>
    private static string? RefuseOrigins(string value, bool production)
    {
        foreach (var origin in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (origin.StartsWith("android:apk-key-hash:", StringComparison.Ordinal)) continue;
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var url) || url.GetLeftPart(UriPartial.Authority) != origin) return "has a part that is no origin such as https://www.example.org, without a path";
            if (url.Scheme != "https" && (production || !url.IsLoopback)) return "has an origin that is not https";
        }
        return null;
    }

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
