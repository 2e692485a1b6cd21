using System.Text.Json;
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
    /// <param name="passkey">What the browser is given, where a passkey may answer; null on a page that is shown again, whose form has it.</param>
    public static Page Ask(Visit v, string title, string path, string field, string challenge, string method, JsonElement? passkey) =>
        new(title, PasskeyParts.LeadOf(method), Html.Of($"""
            <section class="card">
            {PasskeyParts.CodeForm(v, path, challenge, method, passkey, "Go on", more: Html.Of($"""
                {FormParts.Hidden(field, v.Typed(field) ?? "")}
                {FormParts.Field(v, "password", "Password", "password", "current-password", "Once more, since it is kept on no page.")}
                """))}
            <p class="foot"><a href="{path}">Begin again</a></p>
            </section>
            """)) { Tab = "/account" };
}
