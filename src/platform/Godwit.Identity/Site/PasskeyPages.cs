using Godwit.Identity.Passkeys;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>One's own passkeys. The script makes one by the API's own routes; naming and removing needs none.</summary>
internal static class PasskeyPages
{
    private const string Path = "/account/passkeys";

    public static void Map(SiteMap map)
    {
        map.Private(Path, ShowAsync, enrols: true);
        map.Action(Path + "/{id:guid}/name", ShowAsync, RenameAsync);
        map.Action(Path + "/{id:guid}/remove", ShowAsync, RemoveAsync);
    }

    private static async Task<Page> ShowAsync(Visit v)
    {
        var passkeys = await v.Get<OwnPasskeys>().ListAsync(v.Caller, v.Cancellation);
        return new Page("Passkeys", "Sign in by your fingerprint, your face, or the PIN of your device. Nobody can talk you out of a passkey, and there is nothing to remember.", Html.Of($"""
            <ul class="list">{passkeys.Select(p => Item(v, p))}</ul>
            <section class="card">
            <h2>Add a passkey</h2>
            <p class="quiet" data-without-passkeys>Your browser has to run scripts and know passkeys for this.</p>
            {FormParts.Form(v, Path, Html.Of($"{FormParts.Field(v, "name", "Name", hint: "How you will know it again, such as: my laptop.", optional: true, fill: "off")}{PasskeyParts.Button("add", "Add a passkey")}"), "passkey")}
            </section>
            """)) { Tab = Path };
    }

    private static Html Item(Visit v, PasskeyDocument p) => Html.Of($"""
        <li class="card">
        <h2>{p.Name}{(p.BackedUp ? Html.Of($" <span class=\"badge\">kept in more than one place</span>") : Html.None)}</h2>
        <p class="quiet">Added {FormParts.Time(p.CreatedAt)}{(p.LastUsedAt is { } at ? Html.Of($" · last used {FormParts.Time(at)}") : Html.Of($" · not used yet"))}</p>
        <div class="acts">
        {FormParts.Form(v, $"{Path}/{p.Id}/remove", FormParts.Button("Remove", p.Name, "bad small"), "inline")}
        <details><summary>Rename<span class="unseen"> {p.Name}</span></summary>
        {FormParts.Form(v, $"{Path}/{p.Id}/name", Html.Of($"<label for=\"name-{p.Id}\">Name</label><input id=\"name-{p.Id}\" name=\"name\" value=\"{p.Name}\" maxlength=\"255\" autocomplete=\"off\">{FormParts.Button("Keep the name", "small")}"), "row")}
        </details>
        </div>
        </li>
        """);

    private static async Task<Reply> RenameAsync(Visit v)
    {
        await v.Get<OwnPasskeys>().RenameAsync(v.Caller, v.Id, new PasskeyChange(v.Typed("name")), v.Client, v.Cancellation);
        return new Reply.Go($"{Path}?notice=passkey-named");
    }

    private static async Task<Reply> RemoveAsync(Visit v)
    {
        await v.Get<OwnPasskeys>().RemoveAsync(v.Caller, v.Id, v.Client, v.Cancellation);
        return new Reply.Go($"{Path}?notice=passkey-removed");
    }
}
