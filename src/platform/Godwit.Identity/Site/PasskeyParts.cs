using System.Text.Json;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>What a script does with passkeys, and what stands there without one. Authenticators are asked by scripts only.</summary>
internal static class PasskeyParts
{
    /// <summary>A button that the script shows where the browser knows passkeys.</summary>
    /// <param name="deed">What the script does: sign-in, add, or answer.</param>
    /// <param name="text">The button's.</param>
    /// <param name="mark">A class of the button.</param>
    /// <param name="options">What the browser is given, where the page knows it.</param>
    public static Html Button(string deed, string text, string? mark = null, string? options = null) => Html.Of($"""
        <div data-passkey="{deed}"{HtmlAttribute.Optional("data-options", options)} hidden>
        <button type="button"{HtmlAttribute.Optional("class", mark)}>{text}</button>
        <p class="fault" role="alert" hidden></p>
        </div>
        """);

    /// <summary>A form that a code answers, or a passkey where one may.</summary>
    public static Html CodeForm(Visit v, string action, string challenge, string method, JsonElement? passkey, string button, string? mark = null, Html? more = null)
    {
        var options = passkey?.GetRawText() ?? v.Typed("passkey");
        var code = method == "password"
            ? FormParts.Field(v, "code", "Password", "password", "current-password")
            : FormParts.Field(v, "code", method == "webauthn" ? "Backup code" : "Code", fill: "one-time-code", hint: method is "webauthn" or "backup_code" ? "One of those that you kept when you set the second factor up." : "A backup code does, too.");
        return Html.Of($"""
            {FormParts.Form(v, action, Html.Of($"""
                {FormParts.Hidden("challenge", challenge)}{FormParts.Hidden("method", method)}{(options is null ? Html.None : FormParts.Hidden("passkey", options))}<input type="hidden" name="credential">
                {more ?? Html.None}{(options is null ? Html.None : Button("answer", "Use your passkey", options: options))}
                {code}
                {FormParts.Button(button, options is null ? mark : mark ?? "quiet")}
                """), options is null ? null : "answered")}
            """);
    }

    /// <summary>A form that nothing answers but a passkey.</summary>
    public static Html OnlyForm(Visit v, string action, string challenge, string options) => FormParts.Form(v, action, Html.Of($"""
        {FormParts.Hidden("challenge", challenge)}{FormParts.Hidden("passkey", options)}<input type="hidden" name="credential">
        <p class="quiet" data-without-passkeys>Your browser has to run scripts and know passkeys for this.</p>
        {Button("answer", "Use your passkey", options: options)}
        """), "answered");

    /// <summary>What was asked for, for a person.</summary>
    public static string LeadOf(string method) => method switch
    {
        "totp" => "Enter the six digits that your authenticator shows.",
        "webauthn" => "Show one of your passkeys, or enter a backup code.",
        "password" => "Enter your password, too.",
        "backup_code" => "Enter one of your backup codes.",
        _ => "We have sent six digits to your email address. They are good for ten minutes.",
    };

    /// <returns>What the authenticator answered; null for none, or what is no JSON.</returns>
    public static JsonElement? CredentialOf(Visit v)
    {
        if (v.Typed("credential") is not { } text) return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
