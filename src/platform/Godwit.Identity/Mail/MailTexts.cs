using Godwit.Http.Settings;
using Godwit.Identity.Settings;

namespace Godwit.Identity.Mail;

/// <summary>The words of each mail.</summary>
internal sealed class MailTexts(SettingValues settings)
{
    private readonly string _service = settings.Text(IdentitySettings.ServiceName.Name);
    private readonly string _url = (settings.TextOrNull(IdentitySettings.PublicUrl) ?? "http://localhost:8080").TrimEnd('/');

    public MailText VerifyAddress(string link) => new(
        $"Confirm your address for {_service}",
        $"Somebody, you we hope, has registered at {_service} with this address.\n\nConfirm it within a day:\n\n{_url}/account/verify-email#{link}\n\nIf it was not you, do nothing: without this there is no account.\n");

    public MailText AlreadyRegistered() => new(
        $"You already have an account at {_service}",
        $"Somebody has just tried to register at {_service} with this address, which has an account.\n\nIf it was you: sign in, or ask for a new password:\n\n{_url}/account/password-reset\n\nIf it was not, you need not do anything: nothing was changed.\n");

    public MailText ResetPassword(string link) => new(
        $"A new password for {_service}",
        $"Somebody, you we hope, has asked for a new password for your account at {_service}.\n\nChoose it within half an hour:\n\n{_url}/account/password-reset#{link}\n\nIf it was not you, do nothing: your password stays as it is.\n");

    public MailText SignInByLink(string link) => new(
        $"Sign in to {_service}",
        $"Somebody, you we hope, wants to sign in to your account at {_service}.\n\nOpen this within a quarter of an hour, in the browser where you asked for it:\n\n{_url}/account/magic-link#{link}\n\nIf it was not you, do nothing: the link opens nothing elsewhere.\n");

    public MailText PasswordChanged() => new(
        $"Your password for {_service} was changed",
        $"The password of your account at {_service} was changed just now, and all sessions but the one that changed it were ended.\n\nIf it was not you, ask for a new one at once:\n\n{_url}/account/password-reset\n");

    public MailText PasswordDisabled() => new(
        $"Your password for {_service} is out of use",
        $"Somebody has tried a hundred wrong passwords for your account at {_service}, so that its password is out of use except on devices that you have used before. Nobody got in.\n\nChoose a new one:\n\n{_url}/account/password-reset\n");

    public MailText SecondFactorCode(string code) => new(
        $"Your code for {_service}",
        $"{code}\n\nThis code is good once, for ten minutes, where it was asked for. Give it to nobody: nobody at {_service} ever asks for it.\n\nIf you did not ask for it, somebody knows your password: choose a new one:\n\n{_url}/account/password-reset\n");

    public MailText SecondFactorChanged(string what) => new(
        $"The second factor of your account at {_service}",
        $"{what}\n\nIf it was not you, choose a new password at once, which ends all sessions:\n\n{_url}/account/password-reset\n");

    public MailText PasskeyChanged(string what) => new(
        $"A passkey of your account at {_service}",
        $"{what}\n\nIf it was not you, choose a new password at once, which ends all sessions, and look at your passkeys:\n\n{_url}/account/password-reset\n");

    public MailText UnusualSignIn(string why) => new(
        $"An unusual sign-in to {_service}",
        $"Somebody, you we hope, is signing in to your account at {_service} in a way that is not usual for you: {why}.\n\nIf it was not you, choose a new password at once, which ends all sessions:\n\n{_url}/account/password-reset\n");

    public MailText SessionReused() => new(
        $"A session of yours at {_service} was ended",
        $"A token of one of your sessions at {_service} was used a second time. Somebody may have had a copy of it, so we ended that session.\n\nSign in again; if you do not know of it, change your password:\n\n{_url}/account/password-reset\n");

    public MailText DataRequest(string words) => new($"Your data at {_service}", $"{words}\n\n{_url}/account\n");

    public MailText NewDevice(string device) => new(
        $"A new sign-in to {_service}",
        $"Your account at {_service} was signed in to from a device that we had not seen before: {device}.\n\nIf it was not you, choose a new password at once, which ends all sessions:\n\n{_url}/account/password-reset\n");
}
