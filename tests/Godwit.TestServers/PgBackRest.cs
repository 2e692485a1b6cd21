using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Godwit.Postgres.Clusters;

namespace Godwit.TestServers;

/// <summary>Debian's pgBackRest with a repository in a folder of its own, and a server that archives its log into it.</summary>
public sealed class PgBackRest : IAsyncDisposable
{
    public const string Program = "/usr/bin/pgbackrest", Stanza = "shop";

    private readonly string _folder;

    private PgBackRest(string folder, PostgresServer server) => (_folder, Server) = (folder, server);

    public PostgresServer Server { get; }

    public string Config => ConfigIn(_folder);

    public string Repository => System.IO.Path.Combine(_folder, "repository");

    public static async Task<PgBackRest> StartAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Program)) throw new SkipTestException("the package pgbackrest is not installed");
        var folder = Directory.CreateTempSubdirectory("godwit-pgbackrest-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        foreach (var part in (string[])["repository", "log", "locks", "spool"]) ServerAccount.Current().Own(Directory.CreateDirectory(System.IO.Path.Combine(folder, part)).FullName);
        var server = await PostgresServer.StartAsync(PostgresVersions.Default, settings: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["wal_level"] = "replica",
            ["max_wal_senders"] = "10",
            ["archive_mode"] = "on",
            ["archive_command"] = $"{Program} --config={ConfigIn(folder)} --stanza={Stanza} archive-push %p",
        }, cancellationToken: cancellationToken);
        var made = new PgBackRest(folder, server);
        await File.WriteAllTextAsync(
            made.Config,
            string.Create(CultureInfo.InvariantCulture, $"""
            [global]
            repo1-path={made.Repository}
            job-retry=0
            repo1-retention-full=2
            repo1-cipher-type=aes-256-cbc
            repo1-cipher-pass={Convert.ToHexString(RandomNumberGenerator.GetBytes(16))}
            log-path={folder}/log
            lock-path={folder}/locks
            spool-path={folder}/spool
            [{Stanza}]
            pg1-path={server.DataFolder}
            pg1-port={server.Port}
            pg1-socket-path={server.SocketFolder}
            pg1-user=postgres

            """), cancellationToken);
        // pgBackRest comes without a password over the socket, whose folder nobody else may enter.
        var access = System.IO.Path.Combine(server.DataFolder, "pg_hba.conf");
        await File.WriteAllTextAsync(access, "local all postgres trust\n" + await File.ReadAllTextAsync(access, cancellationToken), cancellationToken);
        await using var connection = new Npgsql.NpgsqlConnection(server.Connection("postgres", superuser: true).ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var reload = new Npgsql.NpgsqlCommand("SELECT pg_reload_conf()", connection);
        await reload.ExecuteNonQueryAsync(cancellationToken);
        return made;
    }

    public async Task<string> RunAsync(CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
    {
        var (file, all) = ServerAccount.Current().Wrap(Program, [$"--config={Config}", $"--stanza={Stanza}", .. arguments]);
        using var process = Process.Start(new ProcessStartInfo(file, all) { WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"pgbackrest {string.Join(' ', arguments)}: {await output}{await error}");
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string ConfigIn(string folder) => System.IO.Path.Combine(folder, "pgbackrest.conf");
}
