using System.Text.Json;
using Godwit.Identity.Phones;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>A telephone number, which is the account's when the code that was sent there is typed here.</summary>
internal static class PhonePages
{
    private const string Path = "/account/phone";

    public static void Map(SiteMap map)
    {
        map.Private(Path, v => Task.FromResult(v.Typed("challenge") is { } asked ? Proof(v, asked, v.Typed("method") ?? "", null) : Change(v)), ChangeAsync);
        map.Action(Path + "/confirm", v => Task.FromResult(Confirm(v, v.Typed("challenge") ?? "")), ConfirmAsync);
    }

    private static Page Change(Visit v) => new("Telephone number", "We send a code to it by text message.", Html.Of($"""
        <section class="card">
        {FormParts.Form(v, Path, Html.Of($"""
            {FormParts.Field(v, "phone", "Telephone number", "tel", "tel", "With + and the country's code, such as +49 30 123456.")}
            {FormParts.Field(v, "password", "Password", "password", "current-password")}
            {FormParts.Button("Send the code")}
            """))}
        </section>
        """)) { Tab = "/account" };

    private static Page Proof(Visit v, string challenge, string method, JsonElement? passkey) => ProofParts.Ask(v, "Change your number", Path, "phone", challenge, method, passkey);

    private static async Task<Reply> ChangeAsync(Visit v)
    {
        var (sent, asked) = await v.Get<PhoneChanger>().RequestAsync(v.Caller, new PhoneChangeRequest(v.Typed("phone"), v.Typed("password"), v.Typed("challenge"), v.Typed("code"), PasskeyParts.CredentialOf(v)), v.Client, v.Cancellation);
        return new Reply.Show(asked is not null ? Proof(v, asked.Challenge, asked.Method, asked.Passkey) : Confirm(v, sent!.Challenge));
    }

    /// <summary>Its field has a name of its own: what was typed for the second factor before does not stand in it.</summary>
    private static Page Confirm(Visit v, string challenge) => new("Confirm your number", "We have sent six digits to it by text message. They are good for ten minutes.", Html.Of($"""
        <section class="card">
        {FormParts.Form(v, Path + "/confirm", Html.Of($"""
            {FormParts.Hidden("challenge", challenge)}
            {FormParts.Field(v, "digits", "Code", fill: "one-time-code", fault: "code")}
            {FormParts.Button("Confirm")}
            """))}
        <p class="foot"><a href="{Path}">Begin again</a></p>
        </section>
        """)) { Tab = "/account" };

    private static async Task<Reply> ConfirmAsync(Visit v)
    {
        await v.Get<PhoneChanger>().ConfirmAsync(v.Caller, new CodeRequest(v.Typed("challenge"), v.Typed("digits")), v.Client, v.Cancellation);
        return new Reply.Go("/account?notice=phone-changed");
    }
}
