using System.Text;

namespace Godwit.Postgres.Connections;

/// <summary>
/// What every session of Godwit's has, from its first moment: the settings go with the startup message, so that they hold before the first
/// statement, win over ALTER ROLE and ALTER DATABASE, and come back after RESET.
/// </summary>
public sealed record SessionSettings
{
    private const int NameLimit = 63;

    /// <summary>The run's id; its first eight characters name the session.</summary>
    public required string RunId { get; init; }

    /// <summary>What the session does, e.g. <c>copy</c>; part of its name.</summary>
    public required string Role { get; init; }

    /// <summary>Short questions to the catalog: a server that does not answer them is not going to.</summary>
    public static readonly TimeSpan DefaultStatementLimit = TimeSpan.FromSeconds(60);

    /// <summary>How long the client waits for an answer, in whole seconds; zero waits for ever, for statements whose time depends on the data.</summary>
    public TimeSpan StatementLimit { get; init; } = DefaultStatementLimit;

    /// <summary>How long a statement waits for a lock; zero waits for ever.</summary>
    public TimeSpan LockTimeout { get; init; }

    /// <summary>Nothing is found by accident: names outside the catalog are qualified (CVE-2018-1058).</summary>
    public string SearchPath { get; init; } = "pg_catalog, pg_temp";

    /// <summary>Further settings by name, e.g. <c>maintenance_work_mem</c>; they win over the rest.</summary>
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What pg_stat_activity shows, and what a takeover looks for.</summary>
    public string ApplicationName
    {
        get
        {
            var name = $"godwit {(RunId.Length > 8 ? RunId[..8] : RunId)} {Role}";
            return name.Length > NameLimit ? name[..NameLimit] : name;
        }
    }

    /// <summary>Names of the settings that Godwit sets in its sessions, whatever else asks for another value.</summary>
    internal static IReadOnlySet<string> Own { get; } = new SessionSettings { RunId = "", Role = "" }.Settings(int.MaxValue).Keys
        .Concat(["application_name", "client_encoding", "maintenance_work_mem", "TimeZone"]).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private Dictionary<string, string> Settings(int serverVersion)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // A policy must not hide rows from a copy or a verification: with off, the server errors instead.
            ["row_security"] = "off",
            ["statement_timeout"] = "0",
            ["idle_in_transaction_session_timeout"] = "0",
            ["idle_session_timeout"] = "0",
            ["lock_timeout"] = ((long)LockTimeout.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["search_path"] = SearchPath,
            ["standard_conforming_strings"] = "on",
            ["DateStyle"] = "ISO, YMD",
            ["IntervalStyle"] = "postgres",
            ["bytea_output"] = "hex",
            ["extra_float_digits"] = "1",
            ["jit"] = "off",
        };
        if (serverVersion >= 170000)
            settings["transaction_timeout"] = "0";
        foreach (var (name, value) in Extra)
            settings[name] = value;
        return settings;
    }

    /// <param name="serverVersion">server_version_num.</param>
    /// <param name="before">Options of the user's, which these override.</param>
    internal string Options(int serverVersion, string? before)
    {
        var text = new StringBuilder(before);
        foreach (var (name, value) in Settings(serverVersion))
        {
            text.Append(text.Length > 0 ? " -c " : "-c ").Append(name).Append('=');
            text.Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(" ", "\\ ", StringComparison.Ordinal));
        }

        return text.ToString();
    }
}
