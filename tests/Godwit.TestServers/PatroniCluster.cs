using System.Globalization;
using System.Security.Cryptography;
using Godwit.Postgres.Clusters;
using Npgsql;

namespace Godwit.TestServers;

/// <summary>
/// Debian's Patroni over two PostgreSQL 15 servers and an etcd, all on loopback ports in a folder of their own. A leader that is lost is replaced after
/// <see cref="TimeToLive"/>; <see cref="Balanced"/> leads to whoever is the leader, as HAProxy does with Patroni's health checks.
/// </summary>
public sealed class PatroniCluster : DatabaseServer, IAsyncDisposable
{
    private const int Major = 15;

    /// <summary>Seconds. Patroni's own is 30; it keeps loop_wait + 2 * retry_timeout within it.</summary>
    private const int TimeToLive = 8;

    private readonly HttpClient api = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly string folder;
    private readonly bool synchronous;
    private readonly PatroniNode[] nodes;
    private readonly List<int> held = [];
    private PatroniNode leader;
    private Etcd? etcd;

    private PatroniCluster(string folder, bool synchronous)
    {
        (this.folder, this.synchronous) = (folder, synchronous);
        nodes = [new PatroniNode(folder, "one"), new PatroniNode(folder, "two")];
        leader = nodes[0];
        SuperuserPassword = RandomNumberGenerator.GetHexString(24);
        Password = RandomNumberGenerator.GetHexString(24);
        Balanced = CuttingProxy.Before("127.0.0.1", () => Port);
    }

    /// <summary>Of the leader that was seen last.</summary>
    public override int Port => leader.Port;

    public override string PassFile => Path.Combine(folder, "pgpass");

    public override string Password { get; }

    protected override string SuperuserPassword { get; }

    /// <summary>The address that stays: it leads to the leader.</summary>
    public CuttingProxy Balanced { get; }

    /// <summary>Both servers, of which one takes writes.</summary>
    public override string Url(string database) =>
        $"postgres://{LocalCluster.Role}@127.0.0.1:{Text(nodes[0].Port)},127.0.0.1:{Text(nodes[1].Port)}/{database}?target_session_attrs=read-write";

    /// <summary>By way of <see cref="Balanced"/>.</summary>
    public string BalancedUrl(string database) => $"postgres://{LocalCluster.Role}@127.0.0.1:{Text(Balanced.Port)}/{database}";

    /// <param name="synchronous">Patroni's synchronous_mode: a commit waits for the other server, where there is one.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<PatroniCluster> StartAsync(bool synchronous, CancellationToken cancellationToken)
    {
        if (!File.Exists(PatroniNode.Program) || !File.Exists(Etcd.Program)) throw new SkipTestException("the packages patroni and etcd-server are not installed");
        PostgresVersions.Require(Major);
        var place = Directory.CreateTempSubdirectory("godwit-patroni-").FullName;
        ServerAccount.Current().Own(place);
        // libpq's clients of the test, which are not the server's account, get in too.
        File.SetUnixFileMode(place, File.GetUnixFileMode(place) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var cluster = new PatroniCluster(place, synchronous);
        try
        {
            await cluster.StartAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9 of the leader's Patroni and PostgreSQL; returns once the other leads.</summary>
    public async Task KillLeaderAsync()
    {
        await leader.KillAsync();
        await KillHeldAsync();
        await LeaderChangesAsync();
    }

    /// <summary>A planned one: the leader hands over to the other and follows it.</summary>
    public async Task SwitchOverAsync(CancellationToken cancellationToken)
    {
        var other = Array.Find(nodes, n => n != leader)!;
        // Patroni wants to know how long it is, which a stream of JSON does not say.
        using var asked = new StringContent($$"""{"leader": "{{leader.Name}}", "candidate": "{{other.Name}}"}""");
        using var answer = await api.PostAsync(new Uri(leader.Api("switchover")), asked, cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}\n{Logs()}");
        await LeaderChangesAsync();
    }

    /// <summary>Starts what was killed; returns once it follows the leader, and is waited for where that is the mode.</summary>
    public async Task MendAsync(CancellationToken cancellationToken)
    {
        foreach (var node in nodes.Where(n => !n.IsUp)) node.Start();
        await Patience.UntilAsync(() => IsWholeAsync(cancellationToken), tell: Logs);
    }

    /// <summary>Returns once the other has all that there is now.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken) => Patience.UntilAsync(
        async () => (await AskAsync("SELECT pid FROM pg_stat_replication WHERE flush_lsn >= pg_current_wal_lsn()", cancellationToken)).Count > 0, tell: Logs);

    /// <summary>Stops what the leader sends to the other: what is committed from here on, only the leader has.</summary>
    public async Task HoldStreamAsync(CancellationToken cancellationToken)
    {
        const int stop = 19;
        foreach (var sender in await SendersAsync(cancellationToken))
        {
            ProcessTree.Signal(sender, stop);
            held.Add(sender);
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= StopNow;
        foreach (var node in nodes) await node.KillAsync();
        await KillHeldAsync();
        if (etcd is not null) await etcd.DisposeAsync();
        await Balanced.DisposeAsync();
        api.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    protected override async Task CreateAsync(string database, CancellationToken cancellationToken) =>
        await ExecuteAsync($"CREATE DATABASE {database} OWNER {LocalCluster.Role} TEMPLATE template0 ENCODING 'UTF8'", cancellationToken);

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.ProcessExit += StopNow;
        etcd = await Etcd.StartAsync(folder, cancellationToken);
        await File.WriteAllTextAsync(PassFile, $"*:*:*:{LocalCluster.Role}:{Password}\n", cancellationToken);
        File.SetUnixFileMode(PassFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var node in nodes)
        {
            await File.WriteAllTextAsync(node.Configuration, PatroniSettings.Of(node, folder, etcd.Port, SuperuserPassword, synchronous, TimeToLive, PostgresVersions.Require(Major)), cancellationToken);
            ServerAccount.Current().Own(node.Configuration);
            node.Start();
        }
        await LeaderChangesAsync(first: true);
        await Patience.UntilAsync(() => IsWholeAsync(cancellationToken), tell: Logs);
        await ExecuteAsync($"CREATE ROLE {LocalCluster.Role} LOGIN CREATEDB CREATEROLE PASSWORD '{Password}'", cancellationToken);
    }

    /// <summary>Stopped, they do not see that their server is gone, and keep its memory.</summary>
    private async Task KillHeldAsync()
    {
        foreach (var sender in held) await ProcessTree.KillAsync(sender);
        held.Clear();
    }

    private Task LeaderChangesAsync(bool first = false) => Patience.UntilAsync(
        async () =>
        {
            foreach (var node in nodes.Where(n => n.IsUp && (first || n != leader)))
            {
                // Who leads and takes writes already.
                if (!await Answers.OkAsync(api, node.Api("primary"), CancellationToken.None)) continue;
                leader = node;
                Balanced.Cut();
                return true;
            }
            return false;
        },
        tell: Logs);

    private async Task<bool> IsWholeAsync(CancellationToken cancellationToken)
    {
        var other = Array.Find(nodes, n => n != leader)!;
        return await Answers.OkAsync(api, other.Api(synchronous ? "synchronous" : "replica"), cancellationToken) && (await SendersAsync(cancellationToken)).Count > 0;
    }

    private Task<List<int>> SendersAsync(CancellationToken cancellationToken) => AskAsync("SELECT pid FROM pg_stat_replication WHERE state = 'streaming'", cancellationToken);

    private async Task<List<int>> AskAsync(string query, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Connection("postgres", superuser: true).ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(query, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var numbers = new List<int>();
        while (await reader.ReadAsync(cancellationToken)) numbers.Add(reader.GetInt32(0));
        return numbers;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Connection("postgres", superuser: true).ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string Logs() => string.Join('\n', nodes.Select(n => $"{n.Name}:\n{string.Join('\n', n.Log.Split('\n').TakeLast(15))}"));

    private void StopNow(object? sender, EventArgs e)
    {
        foreach (var node in nodes) node.Signal();
        foreach (var stopped in held) ProcessTree.Signal(stopped);
        etcd?.Signal();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
