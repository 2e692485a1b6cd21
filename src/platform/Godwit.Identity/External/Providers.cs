using System.Text.Json;
using System.Text.RegularExpressions;
using Godwit.Http.Modules;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Settings;
using Godwit.Security.Secrets;

namespace Godwit.Identity.External;

/// <summary>A provider as an operator has named it. <c>ToString</c> shows nothing of it.</summary>
internal sealed class ConfiguredProvider(string name, string title, string issuer, string clientId, string clientSecret, bool post, bool verifiesEmail, IEnumerable<string>? authorizationHosts = null)
{
    public string Name => name;

    public string Title => title;

    public string Issuer => issuer;

    public string ClientId => clientId;

    public string ClientSecret => clientSecret;

    /// <summary>Whether the secret is sent in the form, and not as Basic.</summary>
    public bool Post => post;

    /// <summary>Whether its word that an address is verified is taken.</summary>
    public bool VerifiesEmail => verifiesEmail;

    /// <summary>Whether browsers are sent to that host: the issuer's, and those that the operator has named. What the provider's document says leads nobody anywhere else.</summary>
    public bool SendsTo(string host) => host.Equals(new Uri(issuer).Host, StringComparison.OrdinalIgnoreCase) || (authorizationHosts?.Contains(host, StringComparer.OrdinalIgnoreCase) ?? false);
}

/// <summary>The providers of <c>IDENTITY_OIDC_PROVIDERS</c>, a JSON file. Read once, before the first request.</summary>
internal sealed partial class Providers(SettingValues settings, TimeProvider time) : IDisposable
{
    private const int LargestFile = 64 * 1024;

    private Dictionary<string, OpenIdProvider> _providers = [];
    private ProviderHttp? _http;

    public IEnumerable<ConfiguredProvider> All => _providers.Values.Select(p => p.Configured).OrderBy(p => p.Name, StringComparer.Ordinal);

    /// <exception cref="ProblemException">404: there is none of that name.</exception>
    public OpenIdProvider this[string name] => _providers.GetValueOrDefault(name) ?? throw new ProblemException(Problem.Of(404));

    /// <exception cref="ModuleRefusedException">The file cannot be used.</exception>
    public void Prepare()
    {
        if (settings.TextOrNull(IdentitySettings.Providers.Name) is not { } path) return;
        List<ConfiguredProvider> configured = [.. Read(path)];
        if (configured.DistinctBy(c => c.Name).Count() != configured.Count) throw Refused("has two providers of one name");
        // An identity is issuer and subject: two clients of one issuer would be two doors to one account.
        if (configured.DistinctBy(c => c.Issuer).Count() != configured.Count) throw Refused("has two providers of one issuer");
        _http = new ProviderHttp(settings.Production, configured.Select(c => new Uri(c.Issuer).Host));
        foreach (var one in configured.Where(c => !_http.Takes(new Uri(c.Issuer)))) throw Refused($"names an issuer for {one.Name} that is not https");
        var site = (settings.TextOrNull(IdentitySettings.PublicUrl) ?? "http://localhost:8080").TrimEnd('/');
        _providers = configured.ToDictionary(c => c.Name, c => new OpenIdProvider(c, $"{site}/account/oauth/{c.Name}", _http, time), StringComparer.Ordinal);
    }

    public void Dispose()
    {
        foreach (var provider in _providers.Values) provider.Dispose();
        _http?.Dispose();
    }

    private static IEnumerable<ConfiguredProvider> Read(string path)
    {
        ProviderFile? file;
        try
        {
            if (new FileInfo(path).Length > LargestFile) throw Refused($"names a file that is larger than {LargestFile} bytes");
            file = JsonSerializer.Deserialize(File.ReadAllBytes(path), ExternalJson.Default.ProviderFile);
        }
        catch (JsonException e)
        {
            throw Refused($"names a file that is not JSON of the right form, near line {e.LineNumber + 1}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused("names a file that cannot be read");
        }
        foreach (var entry in file?.Providers ?? throw Refused("names a file without providers"))
        {
            if (entry.Name is not { } name || !Name().IsMatch(name)) throw Refused("has a provider whose name is not of small letters, digits and hyphens");
            if (!Uri.TryCreate(entry.Issuer, UriKind.Absolute, out var issuer) || issuer.Query.Length > 0 || issuer.Fragment.Length > 0 || issuer.UserInfo.Length > 0) throw Refused($"has no URL as the issuer of {name}");
            if (string.IsNullOrWhiteSpace(entry.ClientId)) throw Refused($"has no clientId for {name}");
            if (entry.ClientAuthentication is not (null or "basic" or "post")) throw Refused($"has a clientAuthentication for {name} that is neither basic nor post");
            if (entry.AuthorizationHosts?.Any(h => Uri.CheckHostName(h) == UriHostNameType.Unknown) is true) throw Refused($"has authorizationHosts for {name} that are no names of hosts");
            yield return new ConfiguredProvider(name, entry.Title ?? name, entry.Issuer!, entry.ClientId, SecretOf(name, entry.ClientSecretFile), entry.ClientAuthentication == "post", entry.VerifiesEmail, entry.AuthorizationHosts);
        }
    }

    /// <summary>The secret is judged as those of variables are.</summary>
    private static string SecretOf(string name, string? path)
    {
        var variable = $"clientSecret of {name}";
        var (secret, fault) = SettingReview.Read("SECRET", asked => asked == "SECRET_FILE" ? path : null);
        if (fault is not null || secret is null) throw Refused($"has no clientSecretFile for {name} that can be read");
        return SecretReview.Look([(variable, secret, SecretPolicy.Password)]) is [var weak, ..] ? throw Refused($"has a {variable} that {weak.Why}") : secret;
    }

    private static ModuleRefusedException Refused(string why) => new($"{IdentitySettings.Providers.Name} {why}");

    [GeneratedRegex("^[a-z][a-z0-9-]{0,30}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
