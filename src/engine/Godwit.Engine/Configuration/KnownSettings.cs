using System.Globalization;
using Godwit.Security.Secrets;

namespace Godwit.Engine.Configuration;

/// <summary>
/// What is asked of a web application's variables where neither a runbook nor a file of rules says it: secrets, the database's URL, rate limits, lifetimes of tokens, origins. All that is wrong is
/// told at once, and nothing of a value.
/// </summary>
public static class KnownSettings
{
    private static readonly (string Name, SecretPolicy Policy)[] s_secrets =
    [
        ("SECRET_KEY", SecretPolicy.Key), ("JWT_SECRET_KEY", SecretPolicy.Key), ("API_KEY_PEPPER", SecretPolicy.Key with { MayBeMissing = true }), ("JWT_SECRET", SecretPolicy.Key with { MayBeMissing = true }),
    ];

    private static readonly (string Name, long Least, long Most)[] s_numbers = [("RATE_LIMIT_REQUESTS", 1, 1_000_000), ("RATE_LIMIT_WINDOW", 1, 86_400), ("JWT_EXPIRE_MINUTES", 1, 1_440)];

    private static readonly string[] s_origins = ["ALLOWED_ORIGINS", "CORS_ORIGINS", "CORS_ALLOWED_ORIGINS", "BASE_URL", "FRONTEND_URL"];

    /// <summary>Between origins, in a list of words or in JSON.</summary>
    private static readonly char[] s_between = [',', ' ', '[', ']', '"', '\''];

    private const string DatabaseUrl = "DATABASE_URL";

    /// <param name="find">The value of a variable; null when it is not set.</param>
    /// <param name="readFile">What is in a file that a variable named <c>NAME_FILE</c> names.</param>
    /// <param name="production">Whether what is good enough for a developer's machine is refused.</param>
    public static ConfigView Look(Func<string, string?> find, Func<string, string> readFile, bool production)
    {
        var wrong = new List<(string Name, string Why)>();
        var seen = new List<string>();
        var secrets = new List<(string, string?, SecretPolicy)>();
        foreach (var (name, policy) in s_secrets)
        {
            secrets.Add((name, Value(name), policy));
            if (Value(name + SecretsFile.PreviousSuffix) is { } previous) secrets.Add((name + SecretsFile.PreviousSuffix, previous, policy));
        }
        var database = Value(DatabaseUrl);
        if (string.IsNullOrWhiteSpace(database)) wrong.Add((DatabaseUrl, "is not there"));
        else
        {
            foreach (var why in DatabaseFaults(database, production)) wrong.Add((DatabaseUrl, why));
            if (PasswordOf(database) is { } password) secrets.Add(($"{DatabaseUrl}'s password", password, SecretPolicy.Password));
        }
        foreach (var fault in SecretReview.Look(secrets)) wrong.Add((fault.Name, fault.Why));
        foreach (var (name, least, most) in s_numbers)
        {
            if (Value(name) is { } text && !(long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most))
                wrong.Add((name, string.Create(CultureInfo.InvariantCulture, $"is no whole number from {least} to {most}")));
        }
        foreach (var name in s_origins)
        {
            if (production && Value(name) is { } text) wrong.AddRange(OriginFaults(text).Select(why => (name, why)));
        }
        var bad = wrong.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        return new ConfigView([.. seen.Distinct(StringComparer.Ordinal).Where(n => !bad.Contains(n))], [.. wrong.Distinct()], null);

        string? Value(string name)
        {
            var (value, file) = (find(name), find(name + "_FILE"));
            if (value is null && file is null) return null;
            seen.Add(name);
            if (!string.IsNullOrEmpty(value) && !string.IsNullOrEmpty(file)) wrong.Add((name, $"is set, and {name}_FILE too: which of them counts is not to be guessed"));
            if (!string.IsNullOrEmpty(value) || string.IsNullOrEmpty(file)) return value;
            try
            {
                return readFile(file).TrimEnd('\r', '\n');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                wrong.Add((name, $"cannot be read: {name}_FILE names a file that is not there, or not to be read"));
                return null;
            }
        }
    }

    private static IEnumerable<string> DatabaseFaults(string url, bool production)
    {
        var scheme = url.Split(':')[0].Split('+')[0].ToLowerInvariant();
        if (scheme is "sqlite" or "sqlite3" or "file")
        {
            if (production) yield return "names a SQLite database, which is not for production: `godwit move` takes it to PostgreSQL";
            yield break;
        }
        if (scheme is not ("postgres" or "postgresql"))
        {
            yield return "is no URL of a PostgreSQL database";
            yield break;
        }
        if (!production) yield break;
        var at = url.IndexOf("://", StringComparison.Ordinal);
        var rest = at < 0 ? "" : url[(at + 3)..];
        var query = rest.Split('?', 2) is [_, var options] ? options.Split('&').Select(o => o.Split('=', 2)).Where(o => o.Length == 2).ToLookup(o => o[0], o => o[1], StringComparer.Ordinal) : null;
        var authority = rest.Split('/', '?')[0];
        var host = Uri.UnescapeDataString(authority[(authority.LastIndexOf('@') + 1)..]);
        // A socket is this machine's own file, and there is nothing between that TLS could guard.
        var socket = host.Length == 0 ? query?["host"].Any(h => Uri.UnescapeDataString(h).StartsWith('/')) == true : host.StartsWith('/');
        if (!socket && query?["sslmode"].Concat(query["ssl"]).LastOrDefault() != "verify-full") yield return "does not ask for sslmode=verify-full: whoever stands in between could be taken for the server";
    }

    /// <summary>As the URL has it, decoded; null when it has none, which is as it should be.</summary>
    private static string? PasswordOf(string url)
    {
        var at = url.IndexOf("://", StringComparison.Ordinal);
        if (at < 0) return null;
        var authority = url[(at + 3)..].Split('/', '?')[0];
        var user = authority.LastIndexOf('@') is > 0 and var end ? authority[..end] : "";
        return user.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? Uri.UnescapeDataString(user[(colon + 1)..]) : null;
    }

    private static IEnumerable<string> OriginFaults(string text)
    {
        var origins = text.Split(s_between, StringSplitOptions.RemoveEmptyEntries);
        if (origins.Any(o => o.Contains('*', StringComparison.Ordinal))) yield return "lets every origin in (*): name the origins";
        if (origins.Any(o => o.StartsWith("http://", StringComparison.OrdinalIgnoreCase))) yield return "has an origin over plain HTTP: https:// only";
    }
}
