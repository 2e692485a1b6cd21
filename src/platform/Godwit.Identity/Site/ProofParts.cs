using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>What changes an address or a number asks for the second factor after the password. The password is typed again with it: no page carries one.</summary>
internal static class ProofParts
{
    /// <param name="v">What was typed, which goes along.</param>
    /// <param name="title">Of the page.</param>
    /// <param name="path">Where the form goes, and where it begins again.</param>
    /// <param name="field">What is changed.</param>
    /// <param name="challenge">What the second factor was asked with.</param>
    /// <param name="method">Which it is.</param>
    public static Page Ask(Visit v, string title, string path, string field, string challenge, string method) =>
        // A passkey is none of the codes that these changes take: a backup code is.
        new(title, PasskeyParts.LeadOf(method == "webauthn" ? "backup_code" : method), Html.Of($"""
            <section class="card">
            {FormParts.Form(v, path, Html.Of($"""
                {FormParts.Hidden(field, v.Typed(field) ?? "")}{FormParts.Hidden("challenge", challenge)}{FormParts.Hidden("method", method)}
                {FormParts.Field(v, "password", "Password", "password", "current-password", "Once more, since it is kept on no page.")}
                {FormParts.Field(v, "code", "Code", fill: "one-time-code", hint: method == "webauthn" ? "One of your backup codes." : "A backup code does, too.")}
                {FormParts.Button("Go on")}
                """))}
            <p class="foot"><a href="{path}">Begin again</a></p>
            </section>
            """)) { Tab = "/account" };
}
