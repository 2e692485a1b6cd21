using Godwit.Identity.Browsers;
using Godwit.Identity.External;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>What a browser has begun with a provider, in a cookie that no script reads and that lives as long as the flow: whoever brings a code from there without it finishes nothing.</summary>
/// <param name="Purpose">Signing in, linking, or making an account.</param>
/// <param name="Binding">Of the flow's start.</param>
/// <param name="Next">Where it leads when it is done.</param>
/// <param name="Registration">Of an account that is about to be made; else empty.</param>
internal sealed record ProviderFlow(string Purpose, string Binding, string Next, string Registration = "")
{
    /// <summary>Stands in none of the parts: they are base64url, dots and paths of this site.</summary>
    private const char Between = '~';

    public static ProviderFlow? Read(Visit v) => SessionCookies.Read(v.Context, SessionCookies.Provider)?.Split(Between) is [var purpose, var binding, var next, var registration] ? new ProviderFlow(purpose, binding, next, registration) : null;

    public void Keep(Visit v) => SessionCookies.Add(v.Context, SessionCookies.Provider, string.Join(Between, Purpose, Binding, Next, Registration), TimeSpan.FromSeconds(ExternalFlows.Seconds));

    /// <summary>It is over, well or not: each flow has one answer.</summary>
    public static void Forget(Visit v)
    {
        if (SessionCookies.Read(v.Context, SessionCookies.Provider) is not null) SessionCookies.Add(v.Context, SessionCookies.Provider, "", TimeSpan.Zero);
    }
}
