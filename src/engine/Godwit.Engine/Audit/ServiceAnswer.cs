namespace Godwit.Engine.Audit;

/// <summary>An answer of a service that is audited.</summary>
/// <param name="What">What was asked, as findings name it: <c>GET /</c>.</param>
/// <param name="Body">The beginning of it.</param>
internal sealed record ServiceAnswer(string What, int Status, ILookup<string, string> Headers, string Body)
{
    /// <summary>A header's values as one line; null when it is not there.</summary>
    public string? Header(string name) => Headers.Contains(name) ? string.Join(", ", Headers[name]) : null;

    public bool IsRedirect => Status is 301 or 302 or 303 or 307 or 308;
}
