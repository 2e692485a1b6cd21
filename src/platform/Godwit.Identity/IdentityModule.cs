using System.Globalization;
using System.Net;
using Godwit.Http.Keys;
using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Identity.Accounts;
using Godwit.Identity.Administration;
using Godwit.Identity.Archives;
using Godwit.Identity.Audit;
using Godwit.Identity.Browsers;
using Godwit.Identity.CleanUp;
using Godwit.Identity.Consents;
using Godwit.Identity.DataRequests;
using Godwit.Identity.Database;
using Godwit.Identity.Devices;
using Godwit.Identity.EmailChange;
using Godwit.Identity.Erasure;
using Godwit.Identity.Events;
using Godwit.Identity.External;
using Godwit.Identity.Figures;
using Godwit.Identity.Keys;
using Godwit.Identity.Limits;
using Godwit.Identity.Lockout;
using Godwit.Identity.Login;
using Godwit.Identity.MagicLinks;
using Godwit.Identity.Mail;
using Godwit.Identity.Passkeys;
using Godwit.Identity.Passwords;
using Godwit.Identity.People;
using Godwit.Identity.PersonalData;
using Godwit.Identity.Phones;
using Godwit.Identity.Reauthentication;
using Godwit.Identity.Recovery;
using Godwit.Identity.Reference;
using Godwit.Identity.Register;
using Godwit.Identity.Registration;
using Godwit.Identity.Requests;
using Godwit.Identity.Risk;
using Godwit.Identity.Roles;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sessions;
using Godwit.Identity.Settings;
using Godwit.Identity.Site;
using Godwit.Identity.Site.Serving;
using Godwit.Identity.Sms;
using Godwit.Redis;
using Godwit.Security.Keyring;
using Godwit.Security.Passwords;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Godwit.Identity;

/// <summary>The identity service as a host takes it: accounts, sessions, second factors, devices, consents and what a person may ask about their own data.</summary>
public sealed class IdentityModule : IPlatformModule
{
    public string Name => "identity";

    public IReadOnlyList<Setting> Settings => IdentitySettings.All;

    public IReadOnlyList<KeyPurpose> Purposes => IdentityKeys.Purposes;

    public void AddServices(IServiceCollection services, SettingValues settings)
    {
        services.AddSingleton<CommitNotes>();
        services.AddSingleton<IdentityDatabase>();
        services.AddSingleton<IdentityKeys>();
        services.AddSingleton<IndexRenewal>();
        services.AddSingleton(s => new EventLog(s.GetRequiredService<TimeProvider>(), s.GetRequiredService<CommitNotes>()));
        services.AddSingleton<AccountFinder>();
        services.AddSingleton<PersonalValues>();
        services.AddSingleton<ConsentTexts>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<MailTexts>();
        services.AddSingleton(_ => Transport(settings));
        services.AddSingleton<MailSender>();
        services.AddSingleton(s => new HashingGate(s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new PasswordHasher(s.GetRequiredService<HashingGate>()));
        services.AddSingleton<PasswordPolicy>();
        services.AddSingleton<BucketRows>();
        services.AddSingleton<BucketStore>();
        services.AddSingleton<RequestLimits>();
        services.AddSingleton<PasswordAttempts>();
        services.AddSingleton<Reauthenticator>();
        services.AddSingleton<BrowserGuard>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton(s => new SessionGate(s.GetRequiredService<IdentityDatabase>(), s.GetService<RedisClient>(), s.GetRequiredService<ErasureRegister>(), s.GetRequiredService<SecurityEpoch>()));
        services.AddSingleton<SessionRenewal>();
        services.AddSingleton<SiteSession>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<RiskAssessor>();
        services.AddSingleton<LoginCompletion>();
        services.AddSingleton<PasswordLogin>();
        services.AddSingleton<RelyingParty>();
        services.AddSingleton<PasskeyCeremonies>();
        services.AddSingleton<PasskeyChallenges>();
        services.AddSingleton<PasskeyVerifier>();
        services.AddSingleton<OwnPasskeys>();
        services.AddSingleton<PasskeyLogin>();
        services.AddSingleton<Challenges>();
        services.AddSingleton<FactorVerifier>();
        services.AddSingleton<OwnSecondFactor>();
        services.AddSingleton<SecondFactorLogin>();
        services.AddSingleton<MagicLinkLogin>();
        services.AddSingleton<Providers>();
        services.AddSingleton<ExternalFlows>();
        services.AddSingleton<ExternalStore>();
        services.AddSingleton<ExternalLogin>();
        services.AddSingleton<OwnExternalLogins>();
        services.AddSingleton<Registrar>();
        services.AddSingleton<AddressVerifier>();
        services.AddSingleton<VerificationResend>();
        services.AddSingleton<PasswordRecovery>();
        services.AddSingleton<EmailChanger>();
        services.AddSingleton<EmailConfirmer>();
        services.AddSingleton<EmailUndo>();
        services.AddSingleton<PhoneChanger>();
        services.AddSingleton(s => TextTransport(settings, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SmsLimits>();
        services.AddSingleton<SmsOutbox>();
        services.AddSingleton<SmsTexts>();
        services.AddSingleton<SmsSender>();
        services.AddSingleton<OwnConsents>();
        services.AddSingleton<OwnDevices>();
        services.AddSingleton<OwnEvents>();
        services.AddSingleton<OwnPassword>();
        services.AddSingleton<OwnProfile>();
        services.AddSingleton<OwnSessions>();
        services.AddSingleton<Housekeeping>();
        services.AddSingleton<IdentityFigures>();
        services.AddSingleton<EventSealer>();
        services.AddSingleton<EventRetention>();
        services.AddSingleton<SecurityEpoch>();
        services.AddSingleton<ErasureRegister>();
        services.AddSingleton<RestoreWatch>();
        services.AddSingleton<PersonalDocuments>();
        services.AddSingleton<ArchiveWriter>();
        services.AddSingleton<ErasureProof>();
        services.AddSingleton<PersonEraser>();
        services.AddSingleton<DataRequestMeter>();
        services.AddSingleton<DataRequestWork>();
        services.AddSingleton<OwnDataRequests>();
        services.AddSingleton<Permissions>();
        services.AddSingleton<RoleAdministration>();
        services.AddSingleton<UserAdministration>();
        services.AddSingleton<RequestAdministration>();
        services.AddSingleton<EventSearch>();
        services.AddSingleton<ServiceStatistics>();
    }

    public async Task PrepareAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var settings = services.GetRequiredService<SettingValues>();
        var version = await services.GetRequiredService<IdentityDatabase>().VersionAsync(cancellation);
        if (version is null) throw new ModuleRefusedException("the database has no schema of the identity service: `godwit run runbooks/identity` brings it");
        if (version != IdentityDatabase.SchemaVersion)
            throw new ModuleRefusedException(string.Create(CultureInfo.InvariantCulture, $"the schema of the identity service is of version {version}, and this program works with {IdentityDatabase.SchemaVersion}: use the program, or the runbook, of the other"));
        await services.GetRequiredService<IdentityKeys>().OpenAsync(services.GetRequiredService<IPlatformKeyring>(), cancellation);
        await KeyedColumns.RegisterAsync(services.GetRequiredService<IdentityDatabase>(), cancellation);
        services.GetRequiredService<PasswordPolicy>().Prepare();
        services.GetRequiredService<EventSealer>().Prepare();
        services.GetRequiredService<RiskAssessor>().Prepare();
        services.GetRequiredService<ArchiveWriter>().Prepare();
        services.GetRequiredService<Providers>().Prepare();
        if (settings.Production && services.GetRequiredService<IMailTransport>() is NoTransport) throw new ModuleRefusedException($"{IdentitySettings.MailServer.Name} is not set: nobody could verify an address");
        if (settings.TextOrNull(IdentitySettings.SmsUrl.Name) is not null && settings.TextOrNull(IdentitySettings.SmsSecret.Name) is null)
            throw new ModuleRefusedException($"{IdentitySettings.SmsSecret.Name} is not set: whoever sends the text messages could not tell who asks");
        if (settings.Production && settings.TextOrNull(IdentitySettings.PublicUrl) is null) throw new ModuleRefusedException($"{IdentitySettings.PublicUrl} is not set: links in mails begin with it");
        await services.GetRequiredService<ConsentTexts>().PrepareAsync(cancellation);
        // The last: from here on requests are taken, and nobody whom a restored backup brought back is there.
        await services.GetRequiredService<RestoreWatch>().PrepareAsync(cancellation);
        IdentityMeter.Begin();
    }

    /// <summary>How text messages are sent.</summary>
    private static ISmsTransport TextTransport(SettingValues settings, TimeProvider time) =>
        settings.TextOrNull(IdentitySettings.SmsUrl.Name) is { } url && settings.TextOrNull(IdentitySettings.SmsSecret.Name) is { } secret ? new WebhookSmsTransport(new Uri(url), secret, time)
        : settings.TextOrNull(IdentitySettings.SmsFolder.Name) is { } folder ? new FolderSmsTransport(folder)
        : new NoSmsTransport();

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        IdentityRoutes.Map(routes);
        AccountSite.Map(routes);
        ReferenceRoutes.MapPage(routes);
    }

    public IEnumerable<BackgroundWork> BackgroundWork(IServiceProvider services) =>
    [
        new("identity-mail", stopping => services.GetRequiredService<MailSender>().RunAsync(stopping)),
        new("identity-texts", stopping => services.GetRequiredService<SmsSender>().RunAsync(stopping)),
        new("identity-events", stopping => services.GetRequiredService<EventSealer>().RunAsync(stopping)),
        new("identity-data-requests", stopping => services.GetRequiredService<DataRequestWork>().RunAsync(stopping)),
        new("identity-restores", stopping => services.GetRequiredService<RestoreWatch>().RunAsync(stopping)),
        new("identity-indexes", stopping => services.GetRequiredService<IndexRenewal>().RunAsync(stopping)),
        new("identity-figures", stopping => services.GetRequiredService<IdentityFigures>().RunAsync(stopping)),
        new("identity-clean-up", stopping => services.GetRequiredService<Housekeeping>().RunAsync(stopping)),
        new("identity-ended-sessions", stopping => services.GetRequiredService<SessionGate>().KeepListAsync(services.GetRequiredService<TimeProvider>(), stopping)),
    ];

    private static IMailTransport Transport(SettingValues settings)
    {
        if (settings.TextOrNull(IdentitySettings.MailServer.Name) is not { } server)
            return settings.TextOrNull(IdentitySettings.MailFolder.Name) is { } folder ? new FolderTransport(folder) : new NoTransport();
        var login = settings.TextOrNull(IdentitySettings.MailUser.Name) is { } user ? new NetworkCredential(user, settings.TextOrNull(IdentitySettings.MailPassword.Name)) : null;
        return new SmtpTransport(MailServerAddress.Read(server)!, settings.Text(IdentitySettings.MailFrom.Name), login, encrypted: settings.Production);
    }
}
