using Godwit.Http.Problems;
using Godwit.Identity.External;
using Godwit.Identity.Requests;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>Signing in with an account at a provider, making one's account so, and linking the one that one has.</summary>
internal static class ProviderPages
{
    public const string Path = "/account/providers";

    private const string Back = "/account/oauth/{provider}", Register = "/account/sign-up/provider";

    private static readonly Problem s_session = new(401, "session-ended", "You are not signed in here any more") { Detail = "Sign in, and begin again." };

    public static void Map(SiteMap map)
    {
        map.OpenAction(Back, SignInPages.SignIn, BeginAsync);
        map.Arrival(Back, ArriveAsync);
        map.Public(Register, RegisterPageAsync, RegisterAsync);
        map.Private(Path, ShowAsync);
        map.Action(Path + "/{provider}/link", ShowAsync, LinkAsync);
        map.Action(Path + "/{id:guid}/unlink", ShowAsync, UnlinkAsync);
    }

    /// <summary>A button for each provider there is.</summary>
    public static Html Buttons(Visit v, string next) => Html.Join(v.Get<Providers>().All.Select(p => FormParts.Form(v, $"/account/oauth/{p.Name}", Html.Of($"{FormParts.Hidden("next", next)}{FormParts.Button($"Continue with {p.Title}", "quiet")}"), "provider")));

    private static async Task<Reply> BeginAsync(Visit v) => Leave(v, NameOf(v), new ProviderFlow(ExternalFlows.Login, "", SignInPages.NextOf(v)), await v.Get<ExternalLogin>().BeginAsync(NameOf(v), v.Client, v.Cancellation));

    private static async Task<Reply> LinkAsync(Visit v) => Leave(v, NameOf(v), new ProviderFlow(ExternalFlows.Link, "", Path), await v.Get<OwnExternalLogins>().BeginAsync(v.Caller, NameOf(v), v.Client, v.Cancellation));

    /// <summary>A page that goes on by itself: browsers follow no form's redirection to another site where the policy says that forms stay here, and the provider may lead through sites that no policy could name.</summary>
    private static Reply.Show Leave(Visit v, string provider, ProviderFlow flow, OAuthStart start)
    {
        (flow with { Binding = start.Binding }).Keep(v);
        var away = new Uri(start.Url);
        var title = v.Get<Providers>()[provider].Configured.Title;
        return new Reply.Show(new Page($"On to {title}", $"You go on to {away.Host}, and come back here when you have signed in there.", Html.Of($"""
            <p>{Html.Elsewhere(away, $"Go on to {title}")}</p>
            <p class="foot"><a href="{(flow.Purpose == ExternalFlows.Link ? Path : SiteMap.SignIn)}">Stay here</a></p>
            """)) { Leaves = away });
    }

    private static async Task<Reply> ArriveAsync(Visit v)
    {
        var (name, flow) = (NameOf(v), ProviderFlow.Read(v));
        ProviderFlow.Forget(v);
        var title = v.Get<Providers>()[name].Configured.Title;
        // What the provider says of it is for programs: people who have changed their mind know why.
        if (v.Asked("error") is not null) return new Reply.Show(new Page($"You did not sign in at {title}", "Nothing was changed.", Html.Of($"<p><a class=\"button\" href=\"{(v.IsKnown ? Path : SiteMap.SignIn)}\">Go back</a></p>")));
        var finish = new OAuthFinish(v.Asked("code"), v.Asked("state"), v.Asked("iss"), flow?.Binding);
        if (flow is { Purpose: ExternalFlows.Link })
        {
            if (!v.IsKnown) throw new ProblemException(s_session);
            if (RouteMap.LacksSecondFactor(v.Context.RequestServices, v.Caller)) return new Reply.Go($"{SiteMap.SecondFactor}?notice={Notice.FactorNeeded}");
            await v.Get<OwnExternalLogins>().FinishAsync(v.Caller, name, finish, v.Client, v.Cancellation);
            return new Reply.Go($"{Path}?notice=provider-linked");
        }
        var (outcome, needed) = await v.Get<ExternalLogin>().FinishAsync(name, finish, v.Client, v.Cancellation);
        if (outcome is not null) return SignInPages.Finish(v, outcome, flow!.Next);
        new ProviderFlow(ExternalFlows.Registration, flow!.Binding, flow.Next, needed!.Registration).Keep(v);
        return new Reply.Go(Register);
    }

    private static async Task<Page> RegisterPageAsync(Visit v)
    {
        var flow = ProviderFlow.Read(v);
        if (await v.Get<ExternalLogin>().AddressAsync(flow?.Registration, flow?.Binding, v.Cancellation) is not { } email)
            return new Page("Begin again", "There is nothing to make an account of, or it was begun more than ten minutes ago.", Html.Of($"<p><a class=\"button\" href=\"{SiteMap.SignIn}\">Sign in</a></p>"));
        return new Page("Create your account", $"It will have the address {email}, and be signed in to as you just did.", FormParts.Form(v, Register, Html.Of($"""
            {SignUpPages.Names(v)}
            {SignUpPages.Consents(v)}
            {FormParts.Button("Create account")}
            """)));
    }

    private static async Task<Reply> RegisterAsync(Visit v)
    {
        var flow = ProviderFlow.Read(v);
        var outcome = await v.Get<ExternalLogin>().RegisterAsync(new ExternalRegistration(flow?.Registration, flow?.Binding, v.Typed("firstName"), v.Typed("lastName"), SignUpPages.ChosenIn(v)), v.Client, v.Cancellation);
        ProviderFlow.Forget(v);
        return SignInPages.Finish(v, outcome, flow?.Next);
    }

    private static async Task<Page> ShowAsync(Visit v)
    {
        var (links, known) = (await v.Get<OwnExternalLogins>().ListAsync(v.Caller, v.Cancellation), v.Get<Providers>().All.ToList());
        var offered = known.Where(p => links.All(l => l.Issuer != p.Issuer)).ToList();
        return new Page("Linked accounts", "Accounts at other services that open this one. Whoever gets into one of them gets in here, too, but for your second factor.", Html.Of($"""
            <ul class="list">{links.Select(l => Item(v, l, known.Find(p => p.Name == l.Provider)?.Title ?? l.Provider))}</ul>
            {(links.Count + offered.Count == 0 ? Html.Of($"<p>There are none.</p>") : Html.None)}
            {(offered.Count == 0 ? Html.None : Html.Of($"""
                <section class="card">
                <h2>Link another</h2>
                <div class="acts">{offered.Select(p => FormParts.Form(v, $"{Path}/{p.Name}/link", FormParts.Button($"Link with {p.Title}", "quiet"), "inline"))}</div>
                </section>
                """))}
            """)) { Tab = Path };
    }

    private static Html Item(Visit v, ExternalLinkDocument l, string title) => Html.Of($"""
        <li class="card">
        <h2>{title}</h2>
        <p class="quiet">Linked {FormParts.Time(l.CreatedAt)}{(l.LastUsedAt is { } at ? Html.Of($" · last used {FormParts.Time(at)}") : Html.Of($" · not used yet"))}</p>
        {FormParts.Form(v, $"{Path}/{l.Id}/unlink", FormParts.Button("Unlink", title, "bad small"), "inline")}
        </li>
        """);

    private static async Task<Reply> UnlinkAsync(Visit v)
    {
        await v.Get<OwnExternalLogins>().RemoveAsync(v.Caller, v.Id, v.Client, v.Cancellation);
        return new Reply.Go($"{Path}?notice=provider-unlinked");
    }

    private static string NameOf(Visit v) => (string)v.Context.Request.RouteValues["provider"]!;
}
