using System.Net;

namespace Godwit.Engine.Requests;

/// <summary>One visitor: the variables and cookies of one passage through a scenario.</summary>
internal sealed class ScenarioSession(IReadOnlyDictionary<string, string> given)
{
    private Dictionary<string, string>? _captured;
    private CookieContainer? _cookies;

    public IReadOnlyDictionary<string, string> Variables => _captured ?? given;

    public void Capture(string name, string value)
    {
        _captured ??= new Dictionary<string, string>(given, StringComparer.Ordinal);
        _captured[name] = value;
    }

    public void AddCookies(HttpRequestMessage message)
    {
        if (_cookies?.GetCookieHeader(message.RequestUri!) is { Length: > 0 } cookies) message.Headers.TryAddWithoutValidation("Cookie", cookies);
    }

    public void KeepCookies(HttpResponseMessage response, Uri address)
    {
        if (!response.Headers.TryGetValues("Set-Cookie", out var cookies)) return;
        _cookies ??= new CookieContainer();
        foreach (var cookie in cookies)
        {
            try
            {
                _cookies.SetCookies(address, cookie);
            }
            catch (CookieException)
            {
                // As a browser does: a cookie that is none, or not for this host, is not kept.
                continue;
            }
        }
    }
}
