using System.Globalization;
using System.Net;
using Godwit.Model.Findings;

namespace Godwit.Redis.Settings;

/// <summary>
/// <c>redis[s]://[[user]:password@]host[:port][/database][?ca=FILE&amp;password_file=FILE&amp;password_env=NAME&amp;name=NAME&amp;timeout_ms=N]</c>. What is wrong is told all at once, and never with the text itself, which may hold
/// a password.
/// </summary>
public static class RedisUrl
{
    private static readonly string[] s_parameters = ["ca", "password_file", "password_env", "name", "timeout_ms"];

    /// <summary>Reads a URL.</summary>
    /// <param name="url">The text.</param>
    /// <param name="production">A plain connection to another machine is an error, not a warning.</param>
    /// <returns>The settings, unless there is an error among the findings.</returns>
    public static (RedisSettings? Settings, IReadOnlyList<Finding> Findings) Read(string url, bool production = false)
    {
        var findings = new List<Finding>();
        if (!Uri.TryCreate(url.Trim(), UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss"))
        {
            findings.Add(Unreadable("it is no URL that begins with redis:// or rediss://"));
            return (null, findings);
        }
        if (uri.Host.Length == 0)
            findings.Add(Unreadable("it names no host"));
        if (uri.Fragment.Length > 0)
            findings.Add(Unreadable("it has a # in it; in a password it is written %23"));
        var parameters = Parameters(uri, findings);
        var (user, password) = Credentials(uri, parameters, findings);
        var tls = uri.Scheme == "rediss";
        if (!tls && !IsThisMachine(uri.DnsSafeHost))
        {
            findings.Add((production ? Finding.Error : (Func<FindingCode, string, Place?, string?, string?, Finding>)Finding.Warning)(
                FindingCodes.RedisPlain, "the connection to Redis is plain: whoever is on the way reads and changes what goes over it, the password first", null, "use rediss://", null));
        }
        if (!tls && parameters.ContainsKey("ca"))
            findings.Add(Unreadable("ca= is of TLS: use rediss://"));
        if (!tls && parameters.ContainsKey("name"))
            findings.Add(Unreadable("name= is of TLS: use rediss://"));
        var settings = new RedisSettings
        {
            Host = uri.DnsSafeHost,
            Port = uri.IsDefaultPort || uri.Port < 0 ? 6379 : uri.Port,
            Database = Database(uri, findings),
            User = user,
            Password = password,
            Tls = tls,
            AuthorityFile = parameters.GetValueOrDefault("ca"),
            CertificateName = parameters.GetValueOrDefault("name"),
            CommandTimeout = CommandTimeout(parameters, findings),
        };
        return (findings.Exists(f => f.Severity == Severity.Error) ? null : settings, findings);
    }

    private static Dictionary<string, string> Parameters(Uri uri, List<Finding> findings)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = part.Split('=')[0];
            var value = Uri.UnescapeDataString(part.Length > name.Length ? part[(name.Length + 1)..] : "");
            if (!s_parameters.Contains(name))
                findings.Add(Unreadable($"it has a parameter that is none of {string.Join(", ", s_parameters)}"));
            else if (value.Length == 0 || !parameters.TryAdd(name, value))
                findings.Add(Unreadable($"its parameter {name} is empty or there twice"));
        }
        return parameters;
    }

    private static (string? User, RedisPassword? Password) Credentials(Uri uri, Dictionary<string, string> parameters, List<Finding> findings)
    {
        var at = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var user = Uri.UnescapeDataString(at < 0 ? uri.UserInfo : uri.UserInfo[..at]);
        var inline = at < 0 ? "" : Uri.UnescapeDataString(uri.UserInfo[(at + 1)..]);
        if (inline.Length > 0)
        {
            findings.Add(Finding.Warning(
                FindingCodes.RedisPasswordInUrl, "the URL of Redis holds the password itself, and URLs end up in lists of processes, logs and tickets", remedy: "use ?password_file=FILE or ?password_env=NAME"));
        }
        List<RedisPassword> passwords = [];
        if (inline.Length > 0)
            passwords.Add(RedisPassword.Of(inline));
        if (parameters.TryGetValue("password_file", out var file))
            passwords.Add(RedisPassword.FromFile(file));
        if (parameters.TryGetValue("password_env", out var name))
            passwords.Add(RedisPassword.FromEnvironment(name));
        if (passwords.Count > 1)
            findings.Add(Unreadable("it names the password in more than one way"));
        if (passwords.Count == 0 && user.Length > 0)
            findings.Add(Unreadable("it names a user and no password"));
        if (passwords is [var only] && only.Check() is { } missing)
            findings.Add(missing);
        return (user.Length > 0 ? user : null, passwords.FirstOrDefault());
    }

    private static int Database(Uri uri, List<Finding> findings)
    {
        var path = uri.AbsolutePath.Trim('/');
        if (path.Length == 0)
            return 0;
        if (int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out var database) && database < 16384)
            return database;
        findings.Add(Unreadable("what comes after the host is no number of a database"));
        return 0;
    }

    private static TimeSpan CommandTimeout(Dictionary<string, string> parameters, List<Finding> findings)
    {
        if (!parameters.TryGetValue("timeout_ms", out var text))
            return TimeSpan.FromMilliseconds(20);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is > 0 and <= 60_000)
            return TimeSpan.FromMilliseconds(milliseconds);
        findings.Add(Unreadable("timeout_ms is no number from 1 to 60000"));
        return TimeSpan.FromMilliseconds(20);
    }

    private static bool IsThisMachine(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static Finding Unreadable(string why) =>
        Finding.Error(FindingCodes.RedisUrlUnreadable, $"the URL of Redis cannot be read: {why}", remedy: "write redis://HOST[:PORT][/DATABASE] or rediss://…, see docs/redis.md");
}
