using System.Text;
using Godwit.Model.Findings;

namespace Godwit.Postgres.Connections;

/// <summary>
/// The grammar of libpq's URLs: user, hosts, database and parameters as one list of settings, the later one winning. It follows libpq, not RFC 3986:
/// the user part ends at the first @ before any slash, several hosts are separated by commas, + stands for itself.
/// </summary>
internal sealed class UrlText
{
    private static readonly string[] Schemes = ["postgresql://", "postgres://"];

    private readonly Dictionary<string, string> settings = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Settings => settings;

    public List<string> Problems { get; } = [];

    /// <summary>A password was seen, or something that can hardly be anything else.</summary>
    public bool HoldsPassword { get; private set; }

    public static UrlText Read(string text)
    {
        var url = new UrlText();
        var scheme = Schemes.FirstOrDefault(s => text.StartsWith(s, StringComparison.Ordinal));
        if (scheme is not null)
            url.ReadAfterScheme(text.AsSpan(scheme.Length));
        else
        {
            // A connection string of another form may hold a password all the same.
            url.HoldsPassword = text.Contains("password=", StringComparison.OrdinalIgnoreCase) || text.Contains("pwd=", StringComparison.OrdinalIgnoreCase);
            url.Problems.Add("it does not begin with postgres:// or postgresql://");
        }

        return url;
    }

    private void ReadAfterScheme(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny('@', '/');
        if (end >= 0 && rest[end] == '@')
        {
            ReadUser(rest[..end]);
            rest = rest[(end + 1)..];
        }

        var hosts = new StringBuilder();
        var ports = new StringBuilder();
        rest = ReadHosts(rest, hosts, ports);
        if (hosts.Length > 0)
            Store("host", hosts.ToString());
        if (ports.Length > 0)
        {
            // user:pass/word@host reads as a host, a port and a database. A database with @ in its name is written with %40.
            HoldsPassword |= rest.Contains('@');
            Store("port", ports.ToString());
        }

        if (rest is ['/', ..])
        {
            var question = rest.IndexOf('?');
            var database = question < 0 ? rest[1..] : rest[1..question];
            if (!database.IsEmpty)
                Store("dbname", database.ToString());
            rest = question < 0 ? [] : rest[question..];
        }

        if (rest is ['?', ..])
            ReadParameters(rest[1..]);
    }

    private void ReadUser(ReadOnlySpan<char> part)
    {
        var colon = part.IndexOf(':');
        HoldsPassword |= colon >= 0 && colon < part.Length - 1;
        var user = colon < 0 ? part : part[..colon];
        if (!user.IsEmpty)
            Store("user", user.ToString());
    }

    private ReadOnlySpan<char> ReadHosts(ReadOnlySpan<char> rest, StringBuilder hosts, StringBuilder ports)
    {
        while (true)
        {
            if (rest is ['[', ..])
            {
                var close = rest.IndexOf(']');
                if (close < 0)
                {
                    Problems.Add("an IPv6 address lacks its closing bracket");
                    return [];
                }

                if (close == 1)
                    Problems.Add("an IPv6 address is empty");
                hosts.Append(rest[1..close]);
                rest = rest[(close + 1)..];
                if (!rest.IsEmpty && !":/?,".Contains(rest[0], StringComparison.Ordinal))
                {
                    Problems.Add("after an IPv6 address comes something other than : / ? or a comma");
                    return [];
                }
            }
            else
            {
                var end = EndOf(rest, ":/?,");
                hosts.Append(rest[..end]);
                rest = rest[end..];
            }

            if (rest is [':', ..])
            {
                var end = EndOf(rest, "/?,");
                ports.Append(rest[1..end]);
                rest = rest[end..];
            }

            if (rest is not [',', ..])
                return rest;
            hosts.Append(',');
            ports.Append(',');
            rest = rest[1..];
        }
    }

    private void ReadParameters(ReadOnlySpan<char> rest)
    {
        foreach (var range in rest.Split('&'))
        {
            var pair = rest[range];
            var equals = pair.IndexOf('=');
            if (equals < 0 || pair[(equals + 1)..].Contains('='))
            {
                // libpq allows an empty tail after the last ampersand.
                if (!pair.IsEmpty || range.End.Value != rest.Length)
                    Problems.Add(equals < 0 ? "a parameter has no =" : "a parameter has more than one =; write %3D inside a value");
                continue;
            }

            var (name, value) = (Decode(pair[..equals].ToString()), pair[(equals + 1)..].ToString());
            if (name is null)
                continue;
            if (name is "password" or "sslpassword" or "scram_client_key" or "scram_server_key" or "oauth_client_secret")
                HoldsPassword |= value.Length > 0;
            else if (name == "ssl" && value == "true")
                Store("sslmode", "require");
            else
                Store(name, value);
        }
    }

    private void Store(string name, string encoded)
    {
        if (Decode(encoded) is { } value)
            settings[name] = value;
    }

    private string? Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
                continue;
            }

            if (i + 2 >= text.Length || !byte.TryParse(text.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, provider: null, out var code) || code == 0)
            {
                Problems.Add("a % is not followed by two hexadecimal digits other than 00; write %25 for a percent sign");
                return null;
            }

            bytes.Add(code);
            i += 2;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static int EndOf(ReadOnlySpan<char> text, string delimiters) => text.IndexOfAny(delimiters) is >= 0 and var end ? end : text.Length;

    public static Finding PasswordFinding() => Finding.Error(
        FindingCodes.PasswordInUrl,
        "The URL holds a password; on a command line, every user of the machine and the shell's history can read it",
        remedy: Passwords.WaysToGive);
}
