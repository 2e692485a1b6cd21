using Godwit.Http.Problems;
using Godwit.Identity.Devices;
using Godwit.Identity.People;
using Godwit.Identity.Requests;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>Where somebody is signed in now.</summary>
internal static class SessionPages
{
    private const string Path = "/account/sessions";

    public static void Map(SiteMap map)
    {
        map.Private(Path, ShowAsync);
        map.Action(Path + "/{id:guid}/end", ShowAsync, EndAsync);
    }

    private static async Task<Page> ShowAsync(Visit v)
    {
        var sessions = await v.Get<OwnSessions>().ListAsync(v.Caller, v.Cancellation);
        return new Page("Sessions", "Where you are signed in now. End what you do not know, and then change your password.", Html.Of($"""
            <ul class="list">{sessions.Select(s => Item(v, s))}</ul>
            {FormParts.Form(v, "/account/sign-out-everywhere", FormParts.Button("Sign out everywhere", "bad"))}
            """)) { Tab = Path };
    }

    private static Html Item(Visit v, SessionDocument s)
    {
        var name = UserAgent.Read(s.UserAgent).Name;
        return Html.Of($"""
            <li class="card">
            <h2>{name}{(s.Current ? Html.Of($" <span class=\"badge good\">this one</span>") : Html.None)}</h2>
            <p class="quiet">From {s.IpAddress} · signed in {FormParts.Time(s.CreatedAt)} by {string.Join(" and ", s.Methods.Select(MethodOf))} · last used {FormParts.Time(s.LastUsedAt)}</p>
            {(s.Current ? Html.None : FormParts.Form(v, $"{Path}/{s.Id}/end", FormParts.Button("End", $"the session of {name}", "bad small"), "inline"))}
            </li>
            """);
    }

    /// <summary>RFC 8176's words, in a person's.</summary>
    private static string MethodOf(string method) => method switch { "pwd" => "password", "otp" => "code", "hwk" or "swk" => "passkey", "mail" or "email" => "mailed link", "fed" => "another provider", var other => other };

    private static async Task<Reply> EndAsync(Visit v)
    {
        if (await v.Get<OwnSessions>().EndAsync(v.Caller, v.Id, "ended by its owner", v.Client, v.Cancellation) == 0) throw new ProblemException(Problem.Of(404));
        return new Reply.Go($"{Path}?notice=session-ended");
    }
}
