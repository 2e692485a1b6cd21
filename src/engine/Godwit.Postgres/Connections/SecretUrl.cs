using System.Text.RegularExpressions;

namespace Godwit.Postgres.Connections;

/// <summary>
/// A URL that came from where secrets may stand, an environment variable or a file, as most platforms hand it over: with its password in it. The two
/// part here, and the password goes on only to the connection.
/// </summary>
public static partial class SecretUrl
{
    /// <summary>The URL without its password, and an environment that holds it.</summary>
    public static (string Url, ConnectionEnvironment Environment) Split(string text, ConnectionEnvironment environment)
    {
        var trimmed = text.Trim();
        if (UserInfo().Match(trimmed) is not { Success: true } match) return (trimmed, environment);
        var password = Uri.UnescapeDataString(match.Groups["password"].Value);
        var variable = environment.Variable;
        return (
            trimmed.Remove(match.Groups["colon"].Index, match.Groups["colon"].Length + match.Groups["password"].Length),
            environment with { Variable = name => name == "PGPASSWORD" ? password : variable(name) });
    }

    [GeneratedRegex(@"^postgres(?:ql)?://[^:/?#@]*(?<colon>:)(?<password>[^@/?#]*)@", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserInfo();
}
