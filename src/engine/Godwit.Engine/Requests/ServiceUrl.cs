namespace Godwit.Engine.Requests;

/// <summary>The URL of a service: scheme, host, port and perhaps a path.</summary>
public static class ServiceUrl
{
    /// <summary>What is wrong with one, without repeating it; null when nothing is.</summary>
    public static string? Fault(string text)
    {
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return "is no URL of http or https";
        if (url.UserInfo.Length > 0) return "holds a user or password: name them as variables in headers";
        return url.Query.Length > 0 || url.Fragment.Length > 0 ? "ends with its path: a query belongs to the requests" : null;
    }
}
