namespace Godwit.Engine.Audit;

/// <summary>What cookies have to say (RFC 6265bis). They are named, never shown.</summary>
internal static class CookieRules
{
    public static IEnumerable<AuditAnswer> Look(IReadOnlyList<ServiceAnswer> answers)
    {
        var cookies = answers.SelectMany(a => a.Headers["Set-Cookie"]).Select(Cookie.Parse).OfType<Cookie>().ToList();
        yield return ServiceChecks.CookieSecure.Found([.. cookies.Where(c => !c.Has("Secure")).Select(c => c.Name)]);
        yield return ServiceChecks.CookieHttpOnly.Found([.. cookies.Where(c => !c.Has("HttpOnly")).Select(c => c.Name)]);
        yield return ServiceChecks.CookieSameSite.Found([.. cookies.Where(c => c.Value("SameSite")?.ToUpperInvariant() is not ("LAX" or "STRICT")).Select(c => c.Name)]);
        yield return ServiceChecks.CookieHost.Found([.. cookies.Where(c => !c.KeepsPrefix).Select(c => c.Name)]);
    }

    private sealed record Cookie(string Name, IReadOnlyDictionary<string, string> Attributes)
    {
        public static Cookie? Parse(string text)
        {
            var parts = text.Split(';', StringSplitOptions.TrimEntries);
            var name = parts[0].Split('=', 2)[0].Trim();
            if (name.Length == 0) return null;
            var attributes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            // The last of two that are the same counts.
            foreach (var part in parts.Skip(1).Select(p => p.Split('=', 2, StringSplitOptions.TrimEntries))) attributes[part[0]] = part.Length > 1 ? part[1] : "";
            return new Cookie(name, attributes);
        }

        public bool Has(string name) => Attributes.ContainsKey(name);

        public string? Value(string name) => Attributes.GetValueOrDefault(name);

        /// <summary>With the prefix, nobody but this host can have set it.</summary>
        public bool KeepsPrefix =>
            Name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase) ? Has("Secure") && Value("Path") == "/" && !Has("Domain")
            : Name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase) && Has("Secure") && Has("Domain");
    }
}
