using Godwit.Http.Settings;
using Godwit.Identity.External;
using Godwit.Identity.Settings;
using Godwit.Identity.Site.Assets;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site.Frame;

/// <summary>The frame of every page: what it is called, the way around for who has signed in, and what was just done.</summary>
internal static class Layout
{
    /// <summary>The pages of an account, in the order in which they stand beside it.</summary>
    private static readonly (string Path, string Name)[] s_tabs =
    [
        ("/account", "Overview"), ("/account/password", "Password"), ("/account/passkeys", "Passkeys"), ("/account/second-factor", "Second factor"), (ProviderPages.Path, "Linked accounts"), ("/account/devices", "Devices"), ("/account/sessions", "Sessions"),
        ("/account/consents", "Consents"), ("/account/data", "Your data"), ("/account/activity", "Activity"),
    ];

    public static Html Of(Page page, Visit? visit, SettingValues settings)
    {
        var service = settings.Text(IdentitySettings.ServiceName.Name);
        var known = visit is { IsKnown: true };
        var notice = visit?.Problem is null && Notice.Of(visit?.Asked("notice")) is { } done ? Html.Of($"<div class=\"notice good\" role=\"status\"><p>{done}</p></div>") : Html.None;
        var body = Html.Of($"""
            <main id="main">
            <h1>{page.Title}</h1>
            {(page.Lead is null ? Html.None : Html.Of($"<p class=\"lead\">{page.Lead}</p>"))}
            {notice}{(visit is null || page.ShowsProblem ? Html.None : FormParts.Summary(visit, page.Tab))}
            {page.Body}
            </main>
            """);
        return Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            {(page.Leaves is { } away ? Html.Of($"<meta http-equiv=\"refresh\" content=\"0; url={away.AbsoluteUri}\">") : Html.None)}
            <title>{(visit?.Problem is null ? "" : "Error: ")}{page.Title} · {service}</title>
            <link rel="icon" href="{SiteAssets.Icon.Path}" type="image/svg+xml">
            <link rel="stylesheet" href="{SiteAssets.Style.Path}">
            <script src="{SiteAssets.Script.Path}" defer></script>
            </head>
            <body class="{(known ? "inside" : "outside")}">
            <a class="skip" href="#main">To the content</a>
            <header>
            <a class="brand" href="{(known ? "/account" : "/account/sign-in")}"><span class="mark" aria-hidden="true"></span>{service}</a>
            {(known ? FormParts.Form(visit!, "/account/sign-out", FormParts.Button("Sign out", "quiet small"), "inline") : Html.None)}
            </header>
            {(known ? Html.Of($"<div class=\"room\">{Ways(page, visit!)}{body}</div>") : body)}
            </body>
            </html>

            """);
    }

    /// <summary>Where there are no providers, nobody is offered to link an account with one.</summary>
    private static Html Ways(Page page, Visit visit) => Html.Of($"""
        <nav aria-label="Your account">
        <ul>{s_tabs.Where(t => t.Path != ProviderPages.Path || visit.Get<Providers>().All.Any()).Select(t => Html.Of($"<li><a href=\"{t.Path}\"{HtmlAttribute.Optional("aria-current", t.Path == page.Tab ? "page" : null)}>{t.Name}</a></li>"))}</ul>
        </nav>
        """);
}
