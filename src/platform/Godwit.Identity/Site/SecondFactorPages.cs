using System.Text.Json;
using Godwit.Identity.Requests;
using Godwit.Identity.Passkeys;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>Setting up a second factor and taking it away. What is shown once - key, codes on paper - is the answer to the form that asked for it, and stands under no address.</summary>
internal static class SecondFactorPages
{
    private const string Path = SiteMap.SecondFactor;

    public static void Map(SiteMap map)
    {
        map.Private(Path, ShowAsync, enrols: true);
        map.Action(Path + "/enable", ShowAsync, EnableAsync, enrols: true);
        map.Action(Path + "/confirm", v => Task.FromResult(Again(v)), ConfirmAsync, enrols: true);
        map.Action(Path + "/challenge", ShowAsync, ChallengeAsync);
        map.Action(Path + "/disable", v => Task.FromResult(Proof(v, v.Typed("challenge") ?? "", v.Typed("method") ?? "", null, "disable")), DisableAsync);
        map.Action(Path + "/backup-codes", v => Task.FromResult(Proof(v, v.Typed("challenge") ?? "", v.Typed("method") ?? "", null, "backup-codes")), RenewAsync);
    }

    private static async Task<Page> ShowAsync(Visit v)
    {
        var status = await v.Get<OwnSecondFactor>().StatusAsync(v.Caller, v.Cancellation);
        return new Page("Second factor", "Something that you have besides your password: who learns the one does not have the other.", status.Enabled ? Enabled(v, status) : Offered(v, (await v.Get<OwnPasskeys>().ListAsync(v.Caller, v.Cancellation)).Count)) { Tab = Path };
    }

    private static Html Offered(Visit v, int passkeys) => Html.Of($"""
        <section class="card">
        <h2>Your passkeys</h2>
        <p>Your fingerprint, your face, or the PIN of your device, after your password, too. Nobody can talk you out of it.</p>
        {(passkeys > 0
            ? FormParts.Form(v, Path + "/enable", Html.Of($"{FormParts.Hidden("factor", "webauthn")}{FormParts.Button("Use your passkeys", "quiet")}"))
            : Html.Of($"<p><a href=\"/account/passkeys\">Add a passkey</a> first.</p>"))}
        </section>
        <section class="card">
        <h2>An authenticator</h2>
        <p>An app on your phone shows six digits that change every half minute. It works without a network.</p>
        {FormParts.Form(v, Path + "/enable", Html.Of($"{FormParts.Hidden("factor", "totp")}{FormParts.Button("Set up an authenticator")}"))}
        </section>
        <section class="card">
        <h2>Codes by email</h2>
        <p>We mail you six digits at each sign-in. Who reads your mail can use them.</p>
        {FormParts.Form(v, Path + "/enable", Html.Of($"{FormParts.Hidden("factor", "email")}{FormParts.Button("Use codes by email", "quiet")}"))}
        </section>
        """);

    private static Html Enabled(Visit v, FactorStatus status) => Html.Of($"""
        <section class="card">
        <h2>{NameOf(status.Method)} <span class="badge good">on</span></h2>
        <p>{(status.BackupCodesLeft == 1 ? "One backup code is left" : $"{status.BackupCodesLeft} backup codes are left")} for when you do not have it at hand.</p>
        <div class="acts">
        {FormParts.Form(v, Path + "/challenge", Html.Of($"{FormParts.Hidden("goal", "backup-codes")}{FormParts.Button("Make new backup codes", "quiet")}"), "inline")}
        {FormParts.Form(v, Path + "/challenge", Html.Of($"{FormParts.Hidden("goal", "disable")}{FormParts.Button("Take it away", "bad")}"), "inline")}
        </div>
        </section>
        """);

    public static string NameOf(string? method) => method switch { "totp" => "An authenticator", "webauthn" => "Your passkeys", "sms" => "Codes by text message", _ => "Codes by email" };

    private static async Task<Reply> EnableAsync(Visit v)
    {
        var enrolment = await v.Get<OwnSecondFactor>().EnrolAsync(v.Caller, new FactorRequest(v.Typed("factor")), v.Client, v.Cancellation);
        if (enrolment.Passkey is { } options) return new Reply.Show(ShowPasskey(v, enrolment.Challenge, options.GetRawText()));
        if (enrolment.Qr is not { } qr) return new Reply.Show(new Page("Confirm by a code", "We have sent six digits to your email address. They are good for ten minutes.", Html.Of($"<section class=\"card\">{ConfirmForm(v, enrolment.Challenge)}</section>")) { Tab = Path });
        return new Reply.Show(new Page("Set up your authenticator", null, Html.Of($"""
            <section class="card">
            <ol class="steps">
            <li><h2>Scan this with your authenticator</h2><div class="qr">{Html.OwnSvg(qr)}</div>
            <details><summary>You cannot scan it?</summary><p>Type this key into the app, by hand:</p><p class="key"><code>{string.Join(' ', enrolment.Secret!.Chunk(4).Select(c => new string(c)))}</code></p></details></li>
            <li><h2>Enter the six digits that it shows</h2>{ConfirmForm(v, enrolment.Challenge)}</li>
            </ol>
            </section>
            """)) { Tab = Path });
    }

    /// <summary>After a wrong code: the key is shown no second time, and is in the app already.</summary>
    private static Page Again(Visit v) => v.Typed("passkey") is { } options ? ShowPasskey(v, v.Typed("challenge") ?? "", options) : new("Enter the code again", null, Html.Of($"<section class=\"card\">{ConfirmForm(v, v.Typed("challenge") ?? "")}<p class=\"foot\"><a href=\"{Path}\">Begin again</a></p></section>")) { Tab = Path };

    private static Page ShowPasskey(Visit v, string challenge, string options) => new("Show one of your passkeys", "So you know that it works before it is asked for.", Html.Of($"""
        <section class="card">
        {PasskeyParts.OnlyForm(v, Path + "/confirm", challenge, options)}
        <p class="foot"><a href="{Path}">Leave it as it is</a></p>
        </section>
        """)) { Tab = Path };

    private static Html ConfirmForm(Visit v, string challenge) => FormParts.Form(v, Path + "/confirm", Html.Of($"""
        {FormParts.Hidden("challenge", challenge)}
        {FormParts.Field(v, "code", "Code", fill: "one-time-code")}
        {FormParts.Button("Confirm")}
        """));

    private static async Task<Reply> ConfirmAsync(Visit v) => await SheetAsync(v, await v.Get<OwnSecondFactor>().ConfirmAsync(v.Caller, new CodeRequest(v.Typed("challenge"), v.Typed("code"), PasskeyParts.CredentialOf(v)), v.Client, v.Cancellation));

    private static async Task<Reply> SheetAsync(Visit v, BackupCodeSheet sheet)
    {
        // The session has shown two factors now, and says so from here on.
        if (Browsers.SessionCookies.Read(v.Context, Browsers.SessionCookies.Refresh) is { } refresh) await v.Get<SiteSession>().RenewAsync(v.Context, refresh);
        return new Reply.Show(new Page("Your backup codes", "Each opens your account once when you do not have your second factor at hand. Keep them where you find them without your phone: they are shown this once.", Html.Of($"""
            <section class="card">
            <ul class="codes">{sheet.BackupCodes.Select(c => Html.Of($"<li><code>{c}</code></li>"))}</ul>
            <p><a class="button" href="{Path}">I have kept them</a></p>
            </section>
            """)) { Tab = Path });
    }

    private static async Task<Reply> ChallengeAsync(Visit v)
    {
        var goal = v.Typed("goal") is "disable" ? "disable" : "backup-codes";
        var challenge = await v.Get<OwnSecondFactor>().ChallengeAsync(v.Caller, goal == "disable" ? FactorPurpose.Disable : FactorPurpose.BackupCodes, v.Client, v.Cancellation);
        return new Reply.Show(Proof(v, challenge.Challenge, challenge.Method, challenge.Passkey, goal));
    }

    private static Page Proof(Visit v, string challenge, string method, JsonElement? passkey, string goal) => new(goal == "disable" ? "Take the second factor away" : "Make new backup codes", PasskeyParts.LeadOf(method), Html.Of($"""
        <section class="card">
        {PasskeyParts.CodeForm(v, $"{Path}/{goal}", challenge, method, passkey, goal == "disable" ? "Take it away" : "Make new codes", goal == "disable" ? "bad" : null)}
        <p class="foot"><a href="{Path}">Leave it as it is</a></p>
        </section>
        """)) { Tab = Path };

    private static async Task<Reply> DisableAsync(Visit v)
    {
        await v.Get<OwnSecondFactor>().DisableAsync(v.Caller, new CodeRequest(v.Typed("challenge"), v.Typed("code"), PasskeyParts.CredentialOf(v)), v.Client, v.Cancellation);
        return new Reply.Go($"{Path}?notice=factor-removed");
    }

    private static async Task<Reply> RenewAsync(Visit v) => await SheetAsync(v, await v.Get<OwnSecondFactor>().RenewBackupCodesAsync(v.Caller, new CodeRequest(v.Typed("challenge"), v.Typed("code"), PasskeyParts.CredentialOf(v)), v.Client, v.Cancellation));
}
