using System.Security.Cryptography;
using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>
/// One server that was reached, is PostgreSQL 15 or later, and is talked to directly. Of several hosts one is chosen, once: all sessions of a
/// run are on the same server.
/// </summary>
public sealed class PostgresTarget
{
    private const int DefaultConnectTimeout = 15;

    // Linux takes no more seconds (tcp(7), MAX_TCP_KEEPIDLE).
    private const int MostKeepAlive = 32767;

    private readonly NpgsqlConnectionStringBuilder settings;

    private PostgresTarget(PostgresUrl url, PostgresHost host, NpgsqlConnectionStringBuilder settings, ServerIdentity server)
    {
        Url = url;
        Host = host;
        this.settings = settings;
        Server = server;
    }

    public PostgresUrl Url { get; }

    public PostgresHost Host { get; }

    public ServerIdentity Server { get; }

    /// <summary>Reaches the first host that answers and fits <see cref="PostgresUrl.Demand"/>; where any fits, rather one that takes writes. Nothing is thrown but cancellation.</summary>
    public static async Task<TargetReading> ConnectAsync(
        PostgresUrl url, ConnectionEnvironment? environment = null, CancellationToken cancellationToken = default)
    {
        environment ??= ConnectionEnvironment.Process;
        var findings = new List<Finding>();
        var hosts = url.Hosts.ToArray();
        if (url.LoadBalance)
            RandomNumberGenerator.Shuffle<PostgresHost>(hosts);

        PostgresTarget? secondChoice = null;
        foreach (var host in hosts)
        {
            var reached = await ReachAsync(url, host, environment, cancellationToken);
            findings.AddRange(reached.Findings);
            if (reached.Target is not { } target)
                continue;
            // Whoever names several servers and no demand means the one that takes writes: after a switchover it is another.
            var couldBeBetter = url.Demand == SessionDemand.Any && hosts.Length > 1 && target.Server.ReadOnly;
            if (Fits(target.Server, url.Demand) && !couldBeBetter)
                return Found(target);
            if (couldBeBetter || url.Demand == SessionDemand.PreferStandby)
                secondChoice ??= target;
            else
                findings.Add(Finding.Error(FindingCodes.TargetUnreachable, $"{host} is not what target_session_attrs asks for"));
        }

        return secondChoice is not null ? Found(secondChoice) : new TargetReading(null, findings);

        // What other hosts answered is no error any more.
        TargetReading Found(PostgresTarget target) => new(target, [.. findings.Where(f => f.Severity != Severity.Error)]);
    }

    /// <summary>A source of sessions with these settings. Sessions are not pooled: each opening is a new one.</summary>
    public PostgresSource OpenSource(SessionSettings session)
    {
        var builder = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            ApplicationName = session.ApplicationName,
            Options = session.Options(Server.Version, Url.Options),
            CommandTimeout = (int)session.StatementLimit.TotalSeconds,
        };
        return new PostgresSource(Build(builder), session);
    }

    /// <summary>The same server, user and password, another of its databases.</summary>
    public PostgresTarget For(string database) =>
        new(Url with { Database = database }, Host, new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = database }, Server);

    /// <summary>What PostgreSQL's own programs need to reach the same server as the same user: for a child's environment and nowhere else, since the password is in it.</summary>
    internal IEnumerable<string> ClientVariables()
    {
        yield return $"PGHOST={Host.Name}";
        if (Host.Address is { } address) yield return $"PGHOSTADDR={address}";
        yield return $"PGPORT={Host.Port}";
        yield return $"PGUSER={Url.User}";
        yield return $"PGDATABASE={Url.Database}";
        yield return $"PGCONNECT_TIMEOUT={settings.Timeout}";
        yield return "PGPASSFILE=/dev/null";
        if (settings.Password is { } password) yield return $"PGPASSWORD={password}";
        if (Host.IsSocket) yield break;
        yield return $"PGSSLMODE={SslPolicy.NameOf(settings.SslMode)}";
        yield return "PGGSSENCMODE=disable";
        if (settings.RootCertificate is { } root) yield return $"PGSSLROOTCERT={root}";
        if (settings.SslCertificate is { } certificate) yield return $"PGSSLCERT={certificate}";
        if (settings.SslKey is { } key) yield return $"PGSSLKEY={key}";
        if (Url.RootCertificate == "system") yield return "PGSSLROOTCERT=system";
    }

    private static async Task<TargetReading> ReachAsync(
        PostgresUrl url, PostgresHost host, ConnectionEnvironment environment, CancellationToken cancellationToken)
    {
        var password = Passwords.For(url, host, environment);
        List<Finding> findings = password.Finding is { } unused ? [unused] : [];
        var builder = Settings(url, host, password.Password);
        if (SslPolicy.Apply(url, host, environment, builder) is { } weak)
            findings.Add(weak);
        if (findings.Exists(f => f.Severity == Severity.Error))
            return new TargetReading(null, findings);

        try
        {
            // No builder of Godwit's yet: behind a pooler they would stay on a session of the application's.
            await using var source = Build(builder);
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            var server = await ServerIdentity.ReadAsync(connection, cancellationToken);
            if (server.Refusal() is { } refusal)
                findings.Add(refusal);
            else if (await PoolerProbe.RunAsync(connection, cancellationToken) is { } pooler)
                findings.Add(pooler);
            else
                return await TryOptionsAsync(new PostgresTarget(url, host, builder, server), findings, cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException or TimeoutException
            or System.Security.Authentication.AuthenticationException or CryptographicException or ArgumentException or NotSupportedException)
        {
            findings.Add(Unreachable.Explain(e, url, host, password.Password is not null));
        }

        return new TargetReading(null, findings);
    }

    /// <summary>The server looks at the URL's options when a session with them begins: what it refuses is said now, not when the move has begun.</summary>
    private static async Task<TargetReading> TryOptionsAsync(PostgresTarget target, List<Finding> findings, CancellationToken cancellationToken)
    {
        if (target.Url.Options is null) return new TargetReading(target, findings);
        try
        {
            await using var source = target.OpenSource(new SessionSettings { RunId = "check", Role = "options" });
            await using var connection = await source.OpenAsync(cancellationToken);
            return new TargetReading(target, findings);
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.InsufficientPrivilege || refused.SqlState.StartsWith("22", StringComparison.Ordinal)
            || refused.SqlState is PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.SyntaxError or PostgresErrorCodes.CantChangeRuntimeParam)
        {
            findings.Add(Finding.Error(
                FindingCodes.BadUrl, $"{target.Host} refuses the URL's options: {refused.MessageText} ({refused.SqlState})", remedy: "Correct them in the URL (or in PGOPTIONS)"));
            return new TargetReading(null, findings);
        }
    }

    private static NpgsqlConnectionStringBuilder Settings(PostgresUrl url, PostgresHost host, string? password)
    {
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = host.Address ?? host.Name,
            Port = host.Port,
            Username = url.User,
            Database = url.Database,
            ApplicationName = "godwit",
            ClientEncoding = "UTF8",
            Timezone = "UTC",
            // Else Npgsql reads password files by looser rules than libpq's.
            Passfile = "/dev/null",
            Pooling = false,
            Multiplexing = false,
            NoResetOnClose = true,
            Enlist = false,
            Timeout = Math.Min(url.ConnectTimeout ?? DefaultConnectTimeout, 1024),
            CommandTimeout = (int)SessionSettings.DefaultStatementLimit.TotalSeconds,
            CancellationTimeout = 5000,
            TcpKeepAlive = url.KeepAlives && !host.IsSocket,
            GssEncryptionMode = GssEncryptionMode.Disable,
            ChannelBinding = url.ChannelBinding,
            IncludeErrorDetail = false,
        };
        if (builder.TcpKeepAlive)
        {
            builder.TcpKeepAliveTime = url.KeepAlivesIdle is > 0 and var idle ? Math.Min(idle, MostKeepAlive) : 30;
            builder.TcpKeepAliveInterval = url.KeepAlivesInterval is > 0 and var interval ? Math.Min(interval, MostKeepAlive) : 10;
        }

        if (url.RequireAuth is { } methods)
            builder.RequireAuth = string.Join(',', methods.Split(',').Select(m => m is ['!', .. var denied] ? '!' + UrlSettings.AuthenticationMethods[denied] : UrlSettings.AuthenticationMethods[m]));
        if (password is not null)
            builder.Password = password;
        return builder;
    }

    // The built-in types are all Godwit needs, and reading the catalog's costs each run a long query.
    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder connection)
    {
        var builder = new NpgsqlDataSourceBuilder(connection.ConnectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    private static bool Fits(ServerIdentity server, SessionDemand demand) => demand switch
    {
        SessionDemand.ReadWrite => !server.ReadOnly,
        SessionDemand.ReadOnly => server.ReadOnly,
        SessionDemand.Primary => !server.InRecovery,
        SessionDemand.Standby or SessionDemand.PreferStandby => server.InRecovery,
        _ => true,
    };
}

/// <summary>A target, or why there is none. With a target, findings are warnings and notes only.</summary>
public sealed record TargetReading(PostgresTarget? Target, IReadOnlyList<Finding> Findings);
