using System.Text.Json;
using Godwit.Identity.DataRequests;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>What somebody may ask about their own data, and what became of it.</summary>
internal static class DataRequestPages
{
    private const string Path = "/account/data";

    public static void Map(SiteMap map)
    {
        map.Private(Path, ShowAsync);
        map.Action(Path + "/ask", ShowAsync, AskAsync);
        map.Action(Path + "/{id:guid}/withdraw", ShowAsync, WithdrawAsync);
        map.Action(Path + "/{id:guid}/archive", ShowAsync, ArchiveAsync);
        map.Action(Path + "/erase", ShowAsync, EraseAsync);
        map.Action(Path + "/erase/confirm", v => Task.FromResult(Confirm(v, v.Typed("challenge"), v.Typed("method"), null)), ConfirmAsync);
    }

    private static async Task<Page> ShowAsync(Visit v)
    {
        var requests = await v.Get<OwnDataRequests>().ListAsync(v.Caller, v.Cancellation);
        return new Page("Your data", "What we hold about you is yours to see, to take along, to correct and to have erased. Each request is answered within 30 days.", Html.Of($"""
            {(requests.Count == 0 ? Html.None : Html.Of($"<section class=\"card\"><h2>Your requests</h2><ol class=\"history\">{requests.Select(r => Line(v, r))}</ol></section>"))}
            <section class="card">
            <h2>See it, or take it along</h2>
            <p>You get a signed archive of all that is held about you, within minutes.</p>
            <div class="acts">
            {Ask(v, "access", "Ask for a copy", "quiet")}
            {Ask(v, "portability", "Ask for an archive to take along", "quiet")}
            </div>
            </section>
            <section class="card">
            <h2>Have it corrected</h2>
            {FormParts.Form(v, Path + "/ask", Html.Of($"{FormParts.Hidden("type", "rectification")}{FormParts.Field(v, "details", "What is wrong", hint: "And what is right.", fill: "off")}{FormParts.Button("Send", "quiet")}"))}
            </section>
            <section class="card">
            <h2>Have your account erased</h2>
            <p>All sessions end, and what we hold about you can be read by nobody afterwards. You can call it back until it is carried out.</p>
            {FormParts.Form(v, Path + "/erase", FormParts.Button("Erase my account", "bad"))}
            </section>
            """)) { Tab = Path };
    }

    private static Html Ask(Visit v, string type, string text, string mark) => FormParts.Form(v, Path + "/ask", Html.Of($"{FormParts.Hidden("type", type)}{FormParts.Button(text, mark)}"), "inline");

    private static Html Line(Visit v, DataRequestDocument r) => Html.Of($"""
        <li><span><strong>{NameOf(r.Type)}</strong> <span class="badge{(r.Status == "completed" ? " good" : "")}">{(r.Withdrawn ? "called back" : r.Status.Replace('_', ' '))}</span><br>
        <span class="quiet">{(r.Answer is { } answer ? answer : r.ExecuteAfter is { } until && r.Status == "pending" ? $"Carried out after {until.UtcDateTime:d MMM yyyy, HH:mm} UTC" : r.CompletedAt is { } at ? $"Answered on {at.UtcDateTime:d MMM yyyy}" : $"Answered by {r.DueAt.UtcDateTime:d MMM yyyy}")}</span></span> {FormParts.Time(r.RequestedAt)}
        <div class="acts">
        {(r.ArchiveUntil is null ? Html.None : FormParts.Form(v, $"{Path}/{r.Id}/archive", FormParts.Button("Download", $"the archive of {r.RequestedAt.UtcDateTime:d MMM yyyy}", "small"), "inline again"))}
        {(r.Status == "pending" ? FormParts.Form(v, $"{Path}/{r.Id}/withdraw", FormParts.Button("Call back", NameOf(r.Type), "quiet small"), "inline") : Html.None)}
        </div></li>
        """);

    private static string NameOf(string type) => type switch { "access" => "A copy", "portability" => "An archive to take along", "rectification" => "A correction", "erasure" => "Erasure", var other => other };

    private static async Task<Reply> AskAsync(Visit v)
    {
        // Erasing asks for more than this form has.
        var type = v.Typed("type") is "access" or "portability" or "rectification" ? v.Typed("type") : null;
        await v.Get<OwnDataRequests>().AskAsync(v.Caller, new DataRequestForm(type, v.Typed("details"), null, null, null), v.Client, v.Cancellation);
        return new Reply.Go($"{Path}?notice=request-sent");
    }

    private static async Task<Reply> WithdrawAsync(Visit v)
    {
        await v.Get<OwnDataRequests>().WithdrawAsync(v.Caller, v.Id, v.Client, v.Cancellation);
        return new Reply.Go($"{Path}?notice=request-withdrawn");
    }

    private static async Task<Reply> ArchiveAsync(Visit v) =>
        new Reply.Download(await v.Get<OwnDataRequests>().ArchiveAsync(v.Caller, v.Id, v.Client, v.Cancellation), "application/zip", $"{v.Id}.zip");

    /// <summary>Whoever sits down at an open session erases nothing: the password is asked for again, and the second factor.</summary>
    private static async Task<Reply> EraseAsync(Visit v)
    {
        var status = await v.Get<OwnSecondFactor>().StatusAsync(v.Caller, v.Cancellation);
        var challenge = status.Enabled ? await v.Get<OwnSecondFactor>().ChallengeAsync(v.Caller, FactorPurpose.Erasure, v.Client, v.Cancellation) : null;
        return new Reply.Show(Confirm(v, challenge?.Challenge, challenge?.Method, challenge?.Passkey));
    }

    private static Page Confirm(Visit v, string? challenge, string? method, JsonElement? passkey) => new("Erase your account", "This cannot be undone once it is carried out. Show once more who you are.", Html.Of($"""
        <section class="card">
        {(challenge is null
            ? FormParts.Form(v, Path + "/erase/confirm", Html.Of($"{FormParts.Field(v, "password", "Password", "password", "current-password")}{FormParts.Button("Erase my account", "bad")}"))
            : Html.Of($"""
                <p>{PasskeyParts.LeadOf(method ?? "")}</p>
                {PasskeyParts.CodeForm(v, Path + "/erase/confirm", challenge, method ?? "", passkey, "Erase my account", "bad", FormParts.Field(v, "password", "Password", "password", "current-password"))}
                """))}
        <p class="foot"><a href="{Path}">Keep it</a></p>
        </section>
        """)) { Tab = Path };

    private static async Task<Reply> ConfirmAsync(Visit v)
    {
        // Without a password nothing is done, however new the session is.
        var password = v.Typed("password") ?? throw new Http.Problems.ProblemException(Http.Problems.Problem.ValidationFailed(new Http.Problems.FieldFault("password", "is required")));
        await v.Get<OwnDataRequests>().AskAsync(v.Caller, new DataRequestForm("erasure", null, password, v.Typed("challenge"), v.Typed("code"), PasskeyParts.CredentialOf(v)), v.Client, v.Cancellation);
        return new Reply.Go($"{Path}?notice=erasure-asked");
    }
}
