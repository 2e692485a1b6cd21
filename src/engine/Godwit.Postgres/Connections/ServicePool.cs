using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>
/// A pool of connections for a service that stays up: other than a run's, its sessions are used again, a pooler may stand between, and of several hosts it uses the one that takes writes, whichever that is at the time.
/// The password is read anew for each connection, so that it can be changed without a restart.
/// </summary>
public static class ServicePool
{
    private const int DefaultConnectTimeout = 5;

    /// <summary>Opens no connection.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="name">The pool's name in metrics, and the sessions' application_name.</param>
    /// <param name="most">Connections at a time, 1 to 1,000.</param>
    /// <param name="configure">Loggers and the like.</param>
    /// <param name="environment">Where passwords are.</param>
    /// <param name="prepared">Statements that each session keeps prepared once they came twice, 0 to 1,000; 0 where a pooler stands between that gives its sessions to whoever comes and knows nothing of them.</param>
    /// <returns>The pool, unless a finding is an error.</returns>
    public static (NpgsqlDataSource? Pool, IReadOnlyList<Finding> Findings) Open(PostgresUrl url, string name, int most, Action<NpgsqlDataSourceBuilder>? configure = null, ConnectionEnvironment? environment = null, int prepared = 0)
    {
        environment ??= ConnectionEnvironment.Process;
        var findings = new List<Finding>();
        var settings = new NpgsqlConnectionStringBuilder();
        foreach (var host in url.Hosts)
        {
            if (SslPolicy.Apply(url, host, environment, settings) is { } weak) findings.Add(weak);
            if (Passwords.For(url, host, environment).Finding is { } unused) findings.Add(unused);
        }
        if (findings.Exists(f => f.Severity == Severity.Error)) return (null, findings);
        settings.Host = string.Join(',', url.Hosts.Select(h => h.IsSocket ? h.Name : $"{h.Address ?? h.Name}:{h.Port}"));
        settings.Port = url.Hosts[0].Port;
        settings.Username = url.User;
        settings.Database = url.Database;
        settings.ApplicationName = name;
        settings.ClientEncoding = "UTF8";
        settings.Timezone = "UTC";
        settings.Enlist = false;
        settings.MaxPoolSize = most;
        settings.MaxAutoPrepare = prepared;
        settings.AutoPrepareMinUsages = 2;
        settings.Timeout = Math.Clamp(url.ConnectTimeout ?? DefaultConnectTimeout, 1, 1024);
        settings.CommandTimeout = 30;
        settings.CancellationTimeout = 1000;
        settings.GssEncryptionMode = GssEncryptionMode.Disable;
        settings.ChannelBinding = url.ChannelBinding;
        settings.IncludeErrorDetail = false;
        settings.KeepAlive = 0;
        settings.TcpKeepAlive = url.KeepAlives && !url.Hosts[0].IsSocket;
        settings.Options = url.Options;
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name };
        builder.UsePasswordProvider(
            s => PasswordOf(url, s.Host, s.Port, environment), (s, _) => ValueTask.FromResult(PasswordOf(url, s.Host, s.Port, environment)));
        configure?.Invoke(builder);
        return (url.Hosts.Count == 1 ? builder.Build() : builder.BuildMultiHost().WithTargetSession(Wanted(url.Demand)), findings);
    }

    private static string PasswordOf(PostgresUrl url, string? host, int port, ConnectionEnvironment environment) =>
        Passwords.For(url, url.Hosts.FirstOrDefault(h => (h.Address ?? h.Name) == host && h.Port == port) ?? url.Hosts[0], environment).Password ?? "";

    private static TargetSessionAttributes Wanted(SessionDemand demand) => demand switch
    {
        SessionDemand.ReadOnly => TargetSessionAttributes.ReadOnly,
        SessionDemand.Standby => TargetSessionAttributes.Standby,
        SessionDemand.PreferStandby => TargetSessionAttributes.PreferStandby,
        SessionDemand.Primary => TargetSessionAttributes.Primary,
        _ => TargetSessionAttributes.ReadWrite,
    };
}
