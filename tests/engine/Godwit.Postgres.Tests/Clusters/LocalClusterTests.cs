using System.Diagnostics;
using Godwit.Postgres.Clusters;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Clusters;

public sealed class LocalClusterTests : IAsyncDisposable
{
    private readonly string folder = PassableFolder();
    private readonly List<LocalCluster> clusters = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static IEnumerable<object[]> Versions => PostgresVersions.All;

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in clusters)
        {
            await cluster.DownAsync(CancellationToken.None);
            if (cluster.Status().DataFolder is { } data && Directory.Exists(data))
                Directory.Delete(Path.GetDirectoryName(data)!, recursive: true);
        }

        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_cluster_is_private_durable_and_asks_for_a_password(int major)
    {
        var cluster = Cluster(new ClusterOptions { BinFolder = PostgresVersions.Require(major) });
        Assert.Equal(ClusterState.Absent, cluster.Status().State);
        var status = await cluster.UpAsync(Token);

        Assert.Equal(ClusterState.Running, status.State);
        Assert.Equal(major.ToString(), status.Version);
        await using var connection = await OpenAsync(cluster, status, "postgres");
        Assert.Equal("127.0.0.1", await SettingAsync(connection, "listen_addresses"));
        Assert.Equal("on", await SettingAsync(connection, "fsync"));
        Assert.Equal("on", await SettingAsync(connection, "data_checksums"));
        Assert.Equal("UTF8", await SettingAsync(connection, "server_encoding"));
        Assert.Equal("256MB", await SettingAsync(connection, "shared_buffers"));
        Assert.Equal("off", await SettingAsync(connection, "is_superuser"));
        foreach (var secret in (string[])[cluster.PassFile, cluster.RolePasswordFile, cluster.SuperuserPasswordFile])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));

        var wrong = Settings(cluster, status, "postgres");
        wrong.Password = "wrong";
        await using var refused = new NpgsqlConnection(wrong.ConnectionString);
        var fault = await Assert.ThrowsAsync<PostgresException>(() => refused.OpenAsync(Token));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, fault.SqlState);
    }

    [Fact]
    public async Task What_a_person_makes_lands_in_public_and_not_among_the_records()
    {
        var cluster = Cluster();
        var status = await cluster.UpAsync(Token);
        await using (var connection = await OpenAsync(cluster, status, "postgres"))
            await RunAsync(connection, "ALTER ROLE godwit RESET search_path");
        // A cluster made before roles had a path gets it when it is started again.
        await cluster.UpAsync(Token);
        await cluster.EnsureDatabaseAsync("app", Token);
        await using (var connection = await OpenAsync(cluster, status, "app"))
        {
            await RunAsync(connection, "CREATE SCHEMA godwit; CREATE TABLE mine (x int); ALTER ROLE godwit SET search_path = own");
            Assert.Equal("public", await ScalarAsync(connection, "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'mine'"));
        }
        await cluster.UpAsync(Token);
        await using var later = await OpenAsync(cluster, status, "app");
        Assert.Equal("own", await SettingAsync(later, "search_path"));
    }

    [Fact]
    public async Task Two_at_once_end_with_one_server()
    {
        var (one, other) = (Cluster(), Cluster());
        var states = await Task.WhenAll(one.UpAsync(Token), other.UpAsync(Token));
        Assert.Equal(states[0], states[1]);
        Assert.Equal(states[0], await one.UpAsync(Token));
    }

    [Fact]
    public async Task Data_port_and_password_stay_over_a_restart()
    {
        var cluster = Cluster();
        var first = await cluster.UpAsync(Token);
        Assert.True(await cluster.EnsureDatabaseAsync("kept \"so\"", Token));
        Assert.True(await cluster.DownAsync(Token));
        Assert.False(await cluster.DownAsync(Token));
        Assert.Equal(ClusterState.Stopped, cluster.Status().State);

        var second = await cluster.UpAsync(Token);
        Assert.Equal(first.Port, second.Port);
        Assert.False(await cluster.EnsureDatabaseAsync("kept \"so\"", Token));
        await using var connection = await OpenAsync(cluster, second, "kept \"so\"");
        await cluster.DropDatabaseAsync("kept \"so\"", Token);
        await cluster.DropDatabaseAsync("kept \"so\"", Token);
        Assert.True(await cluster.EnsureDatabaseAsync("kept \"so\"", Token));
    }

    [Fact]
    public async Task A_killed_server_starts_again()
    {
        var cluster = Cluster();
        var first = await cluster.UpAsync(Token);
        await ProcessTree.KillAsync(first.ProcessId!.Value, Token);
        Assert.Equal(ClusterState.Stopped, cluster.Status().State);
        Assert.True(File.Exists(Path.Combine(first.DataFolder!, "postmaster.pid")));

        var second = await cluster.UpAsync(Token);
        Assert.Equal(ClusterState.Running, second.State);
        Assert.NotEqual(first.ProcessId, second.ProcessId);
    }

    [Fact]
    public async Task A_stale_pid_file_that_names_a_living_process_is_not_believed()
    {
        var cluster = Cluster();
        var status = await cluster.UpAsync(Token);
        await cluster.DownAsync(Token);

        // After a reboot the number may be anybody's; the server's own account is the worst case.
        var (program, arguments) = ServerAccount.Current().Wrap("sleep", ["600"]);
        using var bystander = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/" })!;
        try
        {
            var pidFile = Path.Combine(status.DataFolder!, "postmaster.pid");
            await File.WriteAllTextAsync(pidFile, $"{bystander.Id}\n{status.DataFolder}\n1\n{status.Port}\n{status.SocketFolder}\n127.0.0.1\n", Token);
            ServerAccount.Current().Own(pidFile);

            Assert.Equal(ClusterState.Stopped, cluster.Status().State);
            Assert.False(await cluster.DownAsync(Token));
            Assert.Equal(ClusterState.Running, (await cluster.UpAsync(Token)).State);
            Assert.False(bystander.HasExited);
        }
        finally
        {
            bystander.Kill();
        }
    }

    [Fact]
    public async Task A_port_taken_meanwhile_is_replaced()
    {
        var cluster = Cluster();
        var first = await cluster.UpAsync(Token);
        await cluster.DownAsync(Token);
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, first.Port!.Value);
        other.Start();

        var second = await cluster.UpAsync(Token);
        Assert.NotEqual(first.Port, second.Port);
        await using var connection = await OpenAsync(cluster, second, "postgres");
        Assert.Contains($":{second.Port}:", await File.ReadAllTextAsync(cluster.PassFile, Token));
    }

    [Fact]
    public async Task A_long_path_gets_its_socket_elsewhere()
    {
        var deep = new LocalCluster(Path.Combine(folder, new string('d', 60), new string('e', 60)), Fast());
        clusters.Add(deep);
        var status = await deep.UpAsync(Token);
        Assert.True(Path.Combine(status.SocketFolder!, ".s.PGSQL.65535").Length <= 107);

        var settings = Settings(deep, status, "postgres");
        settings.Host = status.SocketFolder;
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(Token);
        await deep.DownAsync(Token);
        Assert.Equal(status.SocketFolder, (await deep.UpAsync(Token)).SocketFolder);
        await deep.DownAsync(Token);
        Directory.Delete(status.SocketFolder!, recursive: true);
    }

    [Fact]
    public async Task A_closed_home_gets_its_data_where_the_server_can_reach_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root runs the server as another user");
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var cluster = Cluster();
        var status = await cluster.UpAsync(Token);
        Assert.DoesNotContain(folder, status.DataFolder);
        Assert.Equal(status, new LocalCluster(cluster.Folder).Status());
    }

    [Fact]
    public async Task A_lost_password_file_is_made_anew()
    {
        var cluster = Cluster();
        var status = await cluster.UpAsync(Token);
        File.Delete(cluster.RolePasswordFile);
        await cluster.UpAsync(Token);
        await using var connection = await OpenAsync(cluster, status, "postgres");
        Assert.DoesNotContain(await File.ReadAllTextAsync(cluster.RolePasswordFile, Token), await File.ReadAllTextAsync(cluster.LogFile, Token));
    }

    [Fact]
    public async Task The_remains_of_an_interrupted_creation_are_cleared()
    {
        var cluster = Cluster();
        Directory.CreateDirectory(Path.Combine(cluster.Folder, "data.draft-dead", "base"));
        Assert.Equal(ClusterState.Running, (await cluster.UpAsync(Token)).State);
        Assert.False(Directory.Exists(Path.Combine(cluster.Folder, "data.draft-dead")));
    }

    [Fact]
    public async Task Missing_binaries_are_named_with_the_package()
    {
        var cluster = Cluster(new ClusterOptions { BinFolder = folder });
        var fault = await Assert.ThrowsAsync<ClusterException>(() => cluster.UpAsync(Token));
        Assert.Contains("postgresql", fault.Remedy);
    }

    [Fact]
    public async Task A_start_that_fails_says_why()
    {
        var cluster = Cluster(Fast() with { Settings = new Dictionary<string, string> { ["max_connections"] = "many" } });
        var fault = await Assert.ThrowsAsync<ClusterException>(() => cluster.UpAsync(Token));
        Assert.Contains("configuration file", fault.Message);
    }

    private static ClusterOptions Fast() => new() { BinFolder = PostgresVersions.Require(PostgresVersions.Default), Durable = false };

    private static string PassableFolder()
    {
        var made = Directory.CreateTempSubdirectory("godwit-cluster-").FullName;
        File.SetUnixFileMode(made, File.GetUnixFileMode(made) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return made;
    }

    private LocalCluster Cluster(ClusterOptions? options = null)
    {
        var cluster = new LocalCluster(Path.Combine(folder, "postgres"), options ?? Fast());
        clusters.Add(cluster);
        return cluster;
    }

    private static NpgsqlConnectionStringBuilder Settings(LocalCluster cluster, ClusterStatus status, string database) => new()
    {
        Host = "127.0.0.1",
        Port = status.Port!.Value,
        Username = LocalCluster.Role,
        Password = File.ReadAllText(cluster.RolePasswordFile).Trim(),
        Database = database,
        Pooling = false,
    };

    private static async Task<NpgsqlConnection> OpenAsync(LocalCluster cluster, ClusterStatus status, string database)
    {
        var connection = new NpgsqlConnection(Settings(cluster, status, database).ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<string> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync(Token))!;
    }

    private static async Task<string> SettingAsync(NpgsqlConnection connection, string name)
    {
        await using var command = new NpgsqlCommand("SELECT current_setting($1)", connection) { Parameters = { new() { Value = name } } };
        return (string)(await command.ExecuteScalarAsync(Token))!;
    }
}
