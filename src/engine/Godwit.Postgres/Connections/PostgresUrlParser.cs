using System.Globalization;
using System.Net;
using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>Turns the settings of a URL, with libpq's defaults, into a <see cref="PostgresUrl"/>.</summary>
internal sealed class PostgresUrlParser(ConnectionEnvironment environment)
{
    private const int DefaultPort = 5432;
    private const int HostLimit = 32;

    private readonly List<string> problems = [];
    private readonly List<Finding> findings = [];
    private IReadOnlyDictionary<string, string> settings = new Dictionary<string, string>(StringComparer.Ordinal);

    public PostgresUrlReading Parse(string text)
    {
        var url = UrlText.Read(text);
        // Alone, because what follows an unescaped password may be read as anything.
        if (url.HoldsPassword)
            return new PostgresUrlReading(null, [UrlText.PasswordFinding()]);

        settings = url.Settings;
        problems.AddRange(url.Problems);
        if (url.Problems.Count == 0)
            RefuseUnknown();
        var user = Get("user") ?? environment.UserName;
        var parsed = new PostgresUrl
        {
            Hosts = Hosts(),
            User = user,
            Database = Get("dbname") ?? user,
            Ssl = Word("sslmode", SslMode.Prefer, SslPolicy.Modes),
            RootCertificate = Get("sslrootcert"),
            ClientCertificate = Get("sslcert"),
            ClientKey = Get("sslkey"),
            DirectSsl = Word("sslnegotiation", fallback: false, new() { ["postgres"] = false, ["direct"] = true }),
            ChannelBinding = Word("channel_binding", ChannelBinding.Prefer, new()
            {
                ["disable"] = ChannelBinding.Disable, ["prefer"] = ChannelBinding.Prefer, ["require"] = ChannelBinding.Require,
            }),
            RequireAuth = RequireAuth(),
            ConnectTimeout = Number("connect_timeout", 0, int.MaxValue),
            KeepAlives = Number("keepalives", 0, int.MaxValue) is not 0,
            KeepAlivesIdle = Number("keepalives_idle", 0, int.MaxValue),
            KeepAlivesInterval = Number("keepalives_interval", 0, int.MaxValue),
            Options = Options(),
            Demand = Word("target_session_attrs", SessionDemand.Any, new()
            {
                ["any"] = SessionDemand.Any, ["read-write"] = SessionDemand.ReadWrite, ["read-only"] = SessionDemand.ReadOnly,
                ["primary"] = SessionDemand.Primary, ["standby"] = SessionDemand.Standby, ["prefer-standby"] = SessionDemand.PreferStandby,
            }),
            LoadBalance = Word("load_balance_hosts", fallback: false, new() { ["disable"] = false, ["random"] = true }),
            PassFile = Get("passfile"),
        };
        RefuseWeakSystemRoots(parsed);
        RefuseWeakDirectSsl(parsed);

        findings.InsertRange(0, problems.Distinct(StringComparer.Ordinal).Select(Problem));
        return new PostgresUrlReading(findings.Exists(f => f.Severity == Severity.Error) ? null : parsed, findings);
    }

    private static Finding Problem(string text) => Finding.Error(
        FindingCodes.BadUrl,
        $"The target's URL is wrong: {text}",
        remedy: "The form is postgres://user@host:port/database?parameter=value; special characters are percent-encoded");

    private string? Get(string name) =>
        settings.TryGetValue(name, out var value) && value.Length > 0 ? value
        : UrlSettings.Known[name] is { } variable ? environment.Get(variable)
        : null;

    private void RefuseUnknown()
    {
        foreach (var (name, value) in settings)
        {
            if (UrlSettings.Known.ContainsKey(name))
                continue;
            if (UrlSettings.WithoutEffect.TryGetValue(name, out var why))
            {
                findings.Add(Finding.Note(FindingCodes.BadUrl, $"The URL's {name} has no effect: {why}"));
                continue;
            }

            if (UrlSettings.OnlyWith.TryGetValue(name, out var allowed))
            {
                if (!allowed.Contains(value, StringComparer.Ordinal))
                    problems.Add($"Godwit takes {name} only as {string.Join(" or ", allowed)}");
            }
            else if (UrlSettings.NotSupported.Contains(name))
            {
                problems.Add($"libpq's parameter {name} is not supported");
            }
            else
            {
                problems.Add(UrlSettings.Printable(name) is { } printable ? $"there is no parameter {printable}" : "a parameter has a name that does not exist");
            }
        }
    }

    private void RefuseWeakSystemRoots(PostgresUrl url)
    {
        // libpq refuses the combination too: public authorities sign for anybody, so only the name tells.
        if (url.RootCertificate == "system" && url.Ssl != SslMode.VerifyFull)
            problems.Add("sslrootcert=system goes with sslmode=verify-full only");
    }

    // libpq refuses the combination too: the server's answer is what a weaker mode goes by.
    private void RefuseWeakDirectSsl(PostgresUrl url)
    {
        if (url.DirectSsl && url.Ssl is SslMode.Disable or SslMode.Allow or SslMode.Prefer)
            problems.Add("sslnegotiation=direct goes with sslmode=require, verify-ca or verify-full only");
    }

    private string? RequireAuth()
    {
        if (Get("require_auth") is not { } text)
            return null;
        var methods = text.Split(',');
        var negated = methods.Count(m => m is ['!', ..]);
        if (!methods.All(m => UrlSettings.AuthenticationMethods.ContainsKey(m is ['!', .. var denied] ? denied : m)))
            problems.Add($"require_auth is none of {string.Join(", ", UrlSettings.AuthenticationMethods.Keys)}, each with or without ! before it");
        else if (negated > 0 && negated < methods.Length)
            problems.Add("require_auth has methods with and without !");
        return text;
    }

    private string? Options()
    {
        if (Get("options") is not { } text)
            return null;
        var options = UrlOptions.Read(text);
        findings.AddRange(options.Problems.Distinct().Select(p => Finding.Error(FindingCodes.BadUrl, $"The target's URL is wrong: {p.Message}", remedy: p.Remedy)));
        findings.AddRange(options.Ignored.Distinct().Select(i => Finding.Warning(FindingCodes.BadUrl, $"In the target's URL, {i.Message}", remedy: i.Remedy)));
        return text;
    }

    private List<PostgresHost> Hosts()
    {
        var names = Get("host")?.Split(',');
        var addresses = Get("hostaddr")?.Split(',');
        var ports = Get("port")?.Split(',') ?? [""];
        var count = (addresses ?? names)?.Length ?? 1;
        if (names is not null && addresses is not null && names.Length != addresses.Length)
            problems.Add("host and hostaddr have different numbers of entries");
        else if (ports.Length != 1 && ports.Length != count)
            problems.Add("the numbers of hosts and ports differ");
        else if (count > HostLimit)
            problems.Add($"there are more than {HostLimit} hosts");
        else
            return [.. Enumerable.Range(0, count).Select(Host)];
        return [];

        PostgresHost Host(int i)
        {
            var port = Port(ports.Length == 1 ? ports[0] : ports[i]);
            var address = addresses?[i] is { Length: > 0 } a ? a : null;
            if (address is not null && !IPAddress.TryParse(address, out _))
                problems.Add("hostaddr is not an IP address");
            var name = names?[i] is { Length: > 0 } n ? n : address ?? environment.DefaultSocketFolder(port);
            return new PostgresHost(name, port, address);
        }
    }

    private int Port(string text)
    {
        if (text.Length == 0)
            return DefaultPort;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue)
            return port;
        problems.Add("a port is not a number from 1 to 65535");
        return DefaultPort;
    }

    private int? Number(string name, int least, int most)
    {
        if (Get(name) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number <= most)
            return Math.Max(number, least);
        problems.Add($"{name} is not a whole number");
        return null;
    }

    private T Word<T>(string name, T fallback, Dictionary<string, T> words)
    {
        if (Get(name) is not { } text)
            return fallback;
        if (words.TryGetValue(text, out var value))
            return value;
        problems.Add($"{name} is none of {string.Join(", ", words.Keys)}");
        return fallback;
    }
}
