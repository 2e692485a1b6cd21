using Godwit.Http.Keys;
using Godwit.Http.Settings;
using Godwit.Identity.Settings;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;
using Godwit.Security.Macs;
using Godwit.Security.Tokens;

namespace Godwit.Identity.Keys;

/// <summary>All that the service computes with keys, by what it is for. Opened once, before the first request.</summary>
internal sealed class IdentityKeys(SettingValues settings, TimeProvider time) : IDisposable
{
    /// <summary>Refresh tokens and what a device is known by.</summary>
    public static readonly KeyPurpose Session = KeyPurpose.Of("session");

    public static IReadOnlyList<KeyPurpose> Purposes { get; } = [KeyPurpose.Data, KeyPurpose.Index, KeyPurpose.Token, KeyPurpose.Mail, Session, KeyPurpose.Person];

    private IPlatformKeyring? _keyring;
    private TokenKeys? _tokens;

    /// <summary>Finds an account by its address.</summary>
    public BlindIndex Emails { get; private set; } = null!;

    /// <summary>What a mail says, while it waits.</summary>
    public FieldCipher Mails { get; private set; } = null!;

    /// <summary>A registration, while its address is not verified.</summary>
    public FieldCipher Registrations { get; private set; } = null!;

    /// <summary>Whom a new password was asked for.</summary>
    public FieldCipher Resets { get; private set; } = null!;

    /// <summary>Finds an account by its subject at a provider, whose issuer is the tenant.</summary>
    public BlindIndex Subjects { get; private set; } = null!;

    /// <summary>What is under way with a provider.</summary>
    public FieldCipher Flows { get; private set; } = null!;

    /// <summary>Links in mails.</summary>
    public KeyedMac Links { get; private set; } = null!;

    public KeyedMac Refresh { get; private set; } = null!;

    public KeyedMac Devices { get; private set; } = null!;

    /// <summary>What pages of this origin show with each change.</summary>
    public KeyedMac Csrf { get; private set; } = null!;

    /// <summary>What a second factor is asked for.</summary>
    public KeyedMac Challenges { get; private set; } = null!;

    /// <summary>Names of what failed logins and requests are counted for. Of the purpose whose keys overlap when they rotate, and are all asked: a count is lost by no rotation.</summary>
    public BlindIndex Buckets { get; private set; } = null!;

    /// <summary>Finds accounts by number.</summary>
    public BlindIndex Phones { get; private set; } = null!;

    /// <summary>What a text message says, while it waits.</summary>
    public FieldCipher Texts { get; private set; } = null!;

    public PersonKeys Persons { get; private set; } = null!;

    public TokenIssuer AccessTokens { get; private set; } = null!;

    public TokenVerifier AccessVerifier { get; private set; } = null!;

    /// <summary>The public keys of access tokens (RFC 7517).</summary>
    public string JwksDocument => _tokens!.JwksDocument;

    public async Task OpenAsync(IPlatformKeyring keyring, CancellationToken cancellation)
    {
        _keyring = keyring;
        var (data, mail, session) = (await keyring.OpenAsync(KeyPurpose.Data, cancellation), await keyring.OpenAsync(KeyPurpose.Mail, cancellation), await keyring.OpenAsync(Session, cancellation));
        var index = await keyring.OpenAsync(KeyPurpose.Index, cancellation);
        Emails = new BlindIndex(index, "users.email", IndexNormalization.Email);
        Phones = new BlindIndex(index, "users.phone", IndexNormalization.Digits);
        Buckets = new BlindIndex(index, "identity bucket", IndexNormalization.Exact);
        Subjects = new BlindIndex(index, "external_logins.subject", IndexNormalization.Exact);
        Flows = new FieldCipher(data, new FieldColumn("identity.external_flows", "content"), keyring.Usage);
        Mails = new FieldCipher(data, new FieldColumn("identity.mail_outbox", "payload"), keyring.Usage);
        Texts = new FieldCipher(data, new FieldColumn("identity.sms_outbox", "payload"), keyring.Usage);
        Registrations = new FieldCipher(data, new FieldColumn("identity.email_verification_tokens", "registration"), keyring.Usage);
        Resets = new FieldCipher(data, new FieldColumn("identity.password_reset_tokens", "address"), keyring.Usage);
        Links = new KeyedMac(mail, "identity link");
        Refresh = new KeyedMac(session, "identity refresh token");
        Devices = new KeyedMac(session, "identity device");
        Csrf = new KeyedMac(session, "identity csrf");
        Challenges = new KeyedMac(session, "identity challenge");
        Persons = await keyring.OpenPersonsAsync(cancellation);
        _tokens = new TokenKeys(await keyring.OpenAsync(KeyPurpose.Token, cancellation));
        var rules = new TokenRules { Type = "at+jwt", Issuer = settings.TextOrNull(IdentitySettings.PublicUrl) ?? "godwit", Audience = "godwit", LongestLife = settings.Seconds(IdentitySettings.AccessSeconds.Name) };
        AccessTokens = new TokenIssuer(_tokens, rules, time);
        AccessVerifier = new TokenVerifier(_tokens, rules, time);
    }

    /// <summary>A cipher for one column under the person's own key; the row key is the account's uuid.</summary>
    public FieldCipher OfPerson(PersonKey person, string column, string table = "users") => new(person.Keys, new FieldColumn($"identity.{table}", column), _keyring!.Usage);

    /// <summary>A text as it stands in a column, under the person's own key and bound to its row.</summary>
    public byte[] Seal(PersonKey person, string table, string column, Guid row, string text)
    {
        var plain = System.Text.Encoding.UTF8.GetBytes(text);
        var blob = new byte[FieldCipher.BlobLength(plain.Length)];
        OfPerson(person, column, table).Encrypt(plain, RowKey.Of(row.ToString()), blob);
        return blob;
    }

    public void Dispose() => _tokens?.Dispose();
}
