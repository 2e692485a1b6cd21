using Godwit.Http.Settings;
using Godwit.Identity.Settings;

namespace Godwit.Identity.Passkeys;

/// <summary>Whose passkeys they are (WebAuthn level 3, section 1.2.4): a domain, and the origins whose pages may use them.</summary>
internal sealed class RelyingParty
{
    private const string Loopback = "localhost";

    private readonly HashSet<string> _origins;
    private readonly bool _anyLoopback;

    public RelyingParty(SettingValues settings)
    {
        var site = new Uri(settings.TextOrNull(IdentitySettings.PublicUrl) ?? "http://localhost:8080");
        // No passkey is of a network's address: on a developer's machine it is the name's.
        Id = settings.TextOrNull(IdentitySettings.PasskeyDomain.Name) ?? (site.IsLoopback ? Loopback : site.IdnHost);
        Name = settings.Text(IdentitySettings.ServiceName.Name);
        _origins = [.. settings.List(IdentitySettings.PasskeyOrigins.Name)];
        if (_origins.Count == 0) _origins.Add(site.GetLeftPart(UriPartial.Authority));
        _anyLoopback = !settings.Production && Id == Loopback;
    }

    /// <summary>The domain.</summary>
    public string Id { get; }

    /// <summary>What a person sees when a passkey is made.</summary>
    public string Name { get; }

    /// <summary>Whether a page of that origin may use them. On a developer's machine the port does not matter.</summary>
    public bool Accepts(string origin) => _origins.Contains(origin) || (_anyLoopback && Uri.TryCreate(origin, UriKind.Absolute, out var url) && url is { Scheme: "http", Host: Loopback } && url.GetLeftPart(UriPartial.Authority) == origin);
}
