using Godwit.Identity.Devices;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>The devices that are known to an account.</summary>
internal static class DevicePages
{
    private const string Path = "/account/devices";

    public static void Map(SiteMap map)
    {
        map.Private(Path, ShowAsync);
        map.Action(Path + "/{id:guid}/name", ShowAsync, v => ChangeAsync(v, new DeviceChange(v.Typed("name") ?? "", null), "device-named"));
        map.Action(Path + "/{id:guid}/trust", ShowAsync, v => ChangeAsync(v, new DeviceChange(null, true), "device-trusted"));
        map.Action(Path + "/{id:guid}/distrust", ShowAsync, v => ChangeAsync(v, new DeviceChange(null, false), "device-distrusted"));
        map.Action(Path + "/{id:guid}/revoke", ShowAsync, RevokeAsync);
    }

    private static async Task<Page> ShowAsync(Visit v)
    {
        var devices = await v.Get<OwnDevices>().ListAsync(v.Caller, v.Cancellation);
        return new Page("Devices", "Where you have signed in. Forget a device that you no longer have: its sessions end, and it is a stranger when it comes again.", Html.Of($"""
            <ul class="list">{devices.Select(d => Item(v, d))}</ul>
            """)) { Tab = Path };
    }

    private static Html Item(Visit v, DeviceDocument d) => Html.Of($"""
        <li class="card">
        <h2>{d.Name}{(d.Current ? Html.Of($" <span class=\"badge good\">this one</span>") : Html.None)}{(d.Trusted ? Html.Of($" <span class=\"badge\">trusted</span>") : Html.None)}</h2>
        <p class="quiet">Last seen {FormParts.Time(d.LastSeenAt)}{(d.LastIpAddress is { } ip ? $" from {ip}" : "")} · first seen {FormParts.Time(d.CreatedAt)}</p>
        <div class="acts">
        {FormParts.Form(v, $"{Path}/{d.Id}/{(d.Trusted ? "distrust" : "trust")}", FormParts.Button(d.Trusted ? "Trust no more" : "Trust", d.Name, "quiet small"), "inline")}
        {FormParts.Form(v, $"{Path}/{d.Id}/revoke", FormParts.Button("Forget", d.Name, "bad small"), "inline")}
        <details><summary>Rename<span class="unseen"> {d.Name}</span></summary>
        {FormParts.Form(v, $"{Path}/{d.Id}/name", Html.Of($"<label for=\"name-{d.Id}\">Name</label><input id=\"name-{d.Id}\" name=\"name\" value=\"{d.Name}\" maxlength=\"255\" autocomplete=\"off\">{FormParts.Button("Keep the name", "small")}"), "row")}
        </details>
        </div>
        </li>
        """);

    private static async Task<Reply> ChangeAsync(Visit v, DeviceChange change, string notice)
    {
        await v.Get<OwnDevices>().ChangeAsync(v.Caller, v.Id, change, v.Client, v.Cancellation);
        return new Reply.Go($"{Path}?notice={notice}");
    }

    private static async Task<Reply> RevokeAsync(Visit v)
    {
        await v.Get<OwnDevices>().RevokeAsync(v.Caller, v.Id, v.Client, v.Cancellation);
        return new Reply.Go($"{Path}?notice=device-revoked");
    }
}
