using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Mail;
using Godwit.Identity.Passkeys;
using Godwit.Identity.Passwords;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;
using Godwit.Identity.Settings;
using Godwit.Identity.Sms;
using Godwit.Security.Fields;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.SecondFactors;

/// <summary>Setting up, confirming and taking away one's own second factor.</summary>
internal sealed class OwnSecondFactor(
    IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PersonalValues values, PasswordPolicy hashes, Challenges challenges, FactorVerifier verifier, Outbox outbox, ISmsTransport transport, SessionGate gate, EventLog events, SettingValues settings)
{
    private static readonly Problem s_enabled = new(409, "second-factor-enabled", "There is a second factor already") { Detail = "Disable it before you set up another." };

    private static readonly Problem s_none = new(409, "second-factor-missing", "There is no second factor");

    private static readonly Problem s_passkey = new(409, "passkey-missing", "There is no passkey") { Detail = "Make one at /v1/auth/passkeys first." };

    private static readonly Problem s_phone = new(409, "phone-missing", "There is no verified number") { Detail = "Give the account one at /v1/auth/phone/change first." };

    private static readonly Problem s_mailbox = new(409, "mailbox-shown-already", "Codes by email would show the same mailbox twice")
    {
        Detail = "This session, or its password, came by email. Sign in with a password that you have chosen here or with a passkey, or set up another factor.",
    };

    public Task<FactorStatus> StatusAsync(Caller caller, CancellationToken cancellation) => database.WithAsync(
        async connection =>
        {
            var account = await FindAsync(connection, caller, cancellation);
            return await FactorSettings.FindAsync(connection, account.Id, cancellation) is { Enabled: true } own ? new FactorStatus(true, own.Method.Word(), own.BackupCodes.Length) : new FactorStatus(false, null, 0);
        },
        cancellation);

    /// <summary>Begins to set one up. Nothing changes for logins before <see cref="ConfirmAsync"/>.</summary>
    /// <exception cref="ProblemException">400: no such method; 403: signed in too long ago; 409: there is one, or no passkey, or codes by mail would show what was shown already; 429: too many were begun.</exception>
    public async Task<Enrolment> EnrolAsync(Caller caller, FactorRequest request, Client client, CancellationToken cancellation)
    {
        if (FactorMethods.Read(request.Method) is not { } method || (method == FactorMethod.Sms && !transport.Sends))
            throw new ProblemException(Problem.ValidationFailed(new FieldFault("method", transport.Sends ? "is email, sms, totp or webauthn" : "is email, totp or webauthn")));
        var passkeys = method == FactorMethod.Passkey ? await HolderAsync(caller, cancellation) : null;
        if (passkeys is { Passkeys.Count: 0 }) throw new ProblemException(s_passkey);
        var prepared = await challenges.PrepareAsync(caller, method, cancellation, passkeys);
        var seed = method == FactorMethod.Totp ? Totp.NewSeed() : null;
        await using var person = await keys.Persons.OpenOrCreateAsync(caller.User.ToString(), cancellation);
        var blob = seed is null ? null : new byte[FieldCipher.BlobLength(seed.Length)];
        if (seed is not null) keys.OfPerson(person, "encrypted_totp_secret", "user_2fa_settings").Encrypt(seed, RowKey.Of(caller.User.ToString()), blob);
        var (challenge, email) = await database.InTransactionAsync(
            async connection =>
            {
                var account = await FindAsync(connection, caller, cancellation);
                await RecentSignIn.RequireAsync(connection, caller, cancellation);
                if (method == FactorMethod.Email) await RequireMoreThanMailboxAsync(connection, caller, account, cancellation);
                if ((await FactorSettings.HoldAsync(connection, account.Id, cancellation)).Enabled) throw new ProblemException(s_enabled);
                var number = method != FactorMethod.Sms ? null : await values.OpenAsync(connection, caller.User, cancellation) is { PhoneVerified: true, Phone: { } phone } ? phone : throw new ProblemException(s_phone);
                await Statement.RunAsync(
                    connection, "UPDATE identity.user_2fa_settings SET method = $2, encrypted_totp_secret = $3, totp_last_step = NULL, encrypted_phone_number = $4 WHERE user_id = $1", cancellation,
                    Statement.P(account.Id), Statement.P(method.Word()), Statement.P(blob, NpgsqlDbType.Bytea), Statement.P(number is null ? null : keys.Seal(person, "user_2fa_settings", "encrypted_phone_number", caller.User, number), NpgsqlDbType.Bytea));
                // An enrolment that was begun before is over: its seed is gone.
                await Statement.RunAsync(connection, "UPDATE identity.user_otp_codes SET used = true, used_at = now() WHERE user_id = $1 AND purpose = 'enrol' AND NOT used", cancellation, Statement.P(account.Id));
                var asked = await challenges.AskAsync(connection, prepared, account, "enrol", Challenges.BindingOf("enrol", caller.Family), client, cancellation);
                return (asked, await values.EmailAsync(connection, caller.User, cancellation));
            },
            cancellation);
        outbox.Wake();
        var uri = seed is null ? null : TotpUri.Of(settings.Text(IdentitySettings.ServiceName.Name), email ?? "", seed);
        return new Enrolment(challenge.Challenge, challenge.Method, challenge.ExpiresIn, seed is null ? null : Base32.Encode(seed), uri, uri is null ? null : QrImage.Of(uri, "The key for your authenticator"), challenge.Passkey);
    }

    /// <summary>Sets it up: from now on every login asks for it.</summary>
    /// <exception cref="ProblemException">401: the code is wrong; 429: too many were.</exception>
    public async Task<BackupCodeSheet> ConfirmAsync(Caller caller, CodeRequest request, Client client, CancellationToken cancellation)
    {
        var right = await verifier.VerifyAsync(challenges.Read("enrol", request.Challenge), "enrol", Challenges.BindingOf("enrol", caller.Family), request, client, cancellation);
        var (sheet, stored) = await NewSheetAsync(cancellation);
        var ended = await database.InTransactionAsync(
            async connection =>
            {
                await FactorVerifier.UseAsync(connection, right, cancellation);
                await Statement.RunAsync(
                    connection, "UPDATE identity.user_2fa_settings SET enabled = true, enabled_at = now(), backup_codes = $2, backup_codes_generated_at = now() WHERE user_id = $1", cancellation,
                    Statement.P(right.Account.Id), Statement.P(stored));
                // The session has just shown both.
                await Statement.RunAsync(connection, "UPDATE identity.user_sessions SET methods = array_append(methods, $2) WHERE family = $1 AND NOT $2 = ANY(methods)", cancellation, Statement.P(caller.Family), Statement.P(right.Method));
                await TellAsync(connection, right.Account, "second_factor_enabled", "A second factor was set up for your account, which every login asks for from now on.", client, cancellation);
                // Others have not shown it.
                return await SessionStore.RevokeAsync(connection, right.Account.Id, null, caller.Family, "a second factor was set up", cancellation);
            },
            cancellation);
        outbox.Wake();
        await gate.PublishAsync(ended);
        return sheet;
    }

    /// <summary>Asks for the second factor once more, before it is taken away or its codes on paper are made anew.</summary>
    /// <param name="asked">One of <see cref="FactorPurpose"/>.</param>
    /// <exception cref="ProblemException">400: no such purpose; 409: there is none; 429: too many were asked for.</exception>
    public async Task<ChallengeDocument> ChallengeAsync(Caller caller, string? asked, Client client, CancellationToken cancellation)
    {
        var purpose = FactorPurpose.Read(asked) ?? throw new ProblemException(Problem.ValidationFailed(new FieldFault("purpose", "is disable, backup_codes or erasure")));
        var own = await database.WithAsync(async connection => await FactorSettings.FindAsync(connection, (await FindAsync(connection, caller, cancellation)).Id, cancellation), cancellation);
        if (own is not { Enabled: true }) throw new ProblemException(s_none);
        var prepared = await challenges.PrepareAsync(caller, own.Method, cancellation, await HolderAsync(caller, cancellation));
        var challenge = await database.InTransactionAsync(
            async connection => await challenges.AskAsync(connection, prepared, await FindAsync(connection, caller, cancellation), purpose, Challenges.BindingOf(purpose, caller.Family), client, cancellation), cancellation);
        outbox.Wake();
        return challenge;
    }

    /// <exception cref="ProblemException">401: the code is wrong; 429: too many were.</exception>
    public async Task DisableAsync(Caller caller, CodeRequest request, Client client, CancellationToken cancellation)
    {
        var right = await AgainAsync(caller, FactorPurpose.Disable, request, client, cancellation);
        await database.InTransactionAsync(
            async connection =>
            {
                await FactorVerifier.UseAsync(connection, right, cancellation);
                await Statement.RunAsync(
                    connection, "UPDATE identity.user_2fa_settings SET enabled = false, enabled_at = NULL, encrypted_totp_secret = NULL, encrypted_phone_number = NULL, totp_last_step = NULL, backup_codes = NULL, backup_codes_generated_at = NULL WHERE user_id = $1",
                    cancellation, Statement.P(right.Account.Id));
                await TellAsync(connection, right.Account, "second_factor_disabled", "The second factor of your account was taken away: your password alone opens it now.", client, cancellation);
            },
            cancellation);
        outbox.Wake();
    }

    /// <exception cref="ProblemException">401: the code is wrong; 429: too many were.</exception>
    public async Task<BackupCodeSheet> RenewBackupCodesAsync(Caller caller, CodeRequest request, Client client, CancellationToken cancellation)
    {
        var right = await AgainAsync(caller, FactorPurpose.BackupCodes, request, client, cancellation);
        var (sheet, stored) = await NewSheetAsync(cancellation);
        await database.InTransactionAsync(
            async connection =>
            {
                await FactorVerifier.UseAsync(connection, right, cancellation);
                await Statement.RunAsync(connection, "UPDATE identity.user_2fa_settings SET backup_codes = $2, backup_codes_generated_at = now() WHERE user_id = $1", cancellation, Statement.P(right.Account.Id), Statement.P(stored));
                await TellAsync(connection, right.Account, "backup_codes_renewed", "New backup codes were made for your account; those of before are of no use any more.", client, cancellation);
            },
            cancellation);
        outbox.Wake();
        return sheet;
    }

    private Task<RightCode> AgainAsync(Caller caller, string purpose, CodeRequest request, Client client, CancellationToken cancellation) =>
        verifier.VerifyAsync(challenges.Read(purpose, request.Challenge), purpose, Challenges.BindingOf(purpose, caller.Family), request, client, cancellation);

    /// <summary>Codes by mail are a second factor for who has shown a first that no mail brings: else one mailbox would be both.</summary>
    private static async Task RequireMoreThanMailboxAsync(NpgsqlConnection connection, Caller caller, Account account, CancellationToken cancellation)
    {
        var methods = await Statement.FirstAsync(connection, "SELECT methods FROM identity.user_sessions WHERE family = $1", r => r.GetFieldValue<string[]>(0), cancellation, Statement.P(caller.Family)) ?? [];
        if (!methods.Contains(Login.LoginProof.Passkey) && !(methods.Contains(Login.LoginProof.Password) && !account.PasswordByMail)) throw new ProblemException(s_mailbox);
    }

    private async Task<(BackupCodeSheet Sheet, string[] Stored)> NewSheetAsync(CancellationToken cancellation)
    {
        var codes = BackupCodes.New();
        List<string> stored = [];
        foreach (var code in codes) stored.Add(await hashes.HashAsync(BackupCodes.Read(code)!, cancellation));
        return (new BackupCodeSheet(codes), [.. stored]);
    }

    private async Task TellAsync(NpgsqlConnection connection, Account account, string type, string sentence, Client client, CancellationToken cancellation)
    {
        await events.WriteAsync(connection, new SecurityEvent(type, "account") { UserId = account.Id, Client = client, Severity = EventSeverity.Warning }, cancellation);
        if (await values.EmailAsync(connection, account.Uuid, cancellation) is { } email) await outbox.AddAsync(connection, MailKind.SecondFactorChanged, new MailPayload(email, Detail: sentence), cancellation);
    }

    private async Task<Account> FindAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation) => await accounts.FindAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404));

    private Task<PasskeyHolder> HolderAsync(Caller caller, CancellationToken cancellation) =>
        database.WithAsync(async connection => await PasskeyStore.HolderAsync(connection, await FindAsync(connection, caller, cancellation), cancellation), cancellation);
}
