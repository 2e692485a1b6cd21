using System.Diagnostics;
using Godwit.Identity.Passwords;
using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Running;

/// <summary>A database with the service's schema, brought by its own runbook, and with its keys; each test gets a copy of it. One for all tests of the assembly.</summary>
public sealed class IdentityTemplate : IAsyncDisposable
{
    /// <summary>What the tests' list of stolen passwords has.</summary>
    public const string Stolen = "correcthorsebattery";

    private readonly PostgresServers _servers = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-identity-").FullName;
    private TestDatabase? _template;

    public IdentityTemplate()
    {
        using var list = new StringReader(Stolen);
        BreachedPasswordsBuilder.FromPasswords(list, BreachedPasswords);
    }

    /// <summary>Holds the development master key.</summary>
    public string Home => _folder;

    public string BreachedPasswords => Path.Combine(_folder, "breached.filter");

    /// <summary>The register of erasures of one database: copies of the template are one installation, and have had different lives.</summary>
    public string RegisterOf(TestDatabase database) => Path.Combine(_folder, "registers", database.Name);

    public async Task<TestDatabase> CopyAsync()
    {
        var server = await _servers.DefaultAsync();
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _template ??= await MakeAsync(server);
            // From the template, which nobody is connected to.
            var copy = new TestDatabase(server, $"identity_{Guid.NewGuid():N}");
            await new TestDatabase(server, "postgres").ExecuteAsync($"CREATE DATABASE {copy.Name} TEMPLATE {_template.Name} OWNER godwit", superuser: true);
            return copy;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A database that the runbook itself was carried out in: a copy of one is another target to it.</summary>
    public async Task<TestDatabase> FreshAsync() => await MakeAsync(await _servers.DefaultAsync());

    public async ValueTask DisposeAsync()
    {
        await _servers.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        _gate.Dispose();
    }

    /// <summary>A database with schema and keys, on any server.</summary>
    public async Task<TestDatabase> MakeAsync(PostgresServer server)
    {
        var database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var program = Path.Combine(RepositoryFolder.Path, "src", "hosts", "Godwit.Cli", "bin", "Release", "net10.0", "godwit");
        var start = new ProcessStartInfo(program, ["run", Path.Combine(RepositoryFolder.Path, "runbooks", "identity"), "--target", database.Url]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        start.Environment["PGPASSFILE"] = database.Server.PassFile;
        start.Environment["GODWIT_HOME"] = _folder;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{await output}\n{await error}");
        // A host makes the keys, once for all copies.
        await using (await Platform.StartAsync(database, [new IdentityModule()], [("GODWIT_HOME", _folder), ("IDENTITY_BREACHED_PASSWORDS", BreachedPasswords)]))
        {
        }
        Npgsql.NpgsqlConnection.ClearAllPools();
        // Each copy gets a register of its own.
        await database.ExecuteAsync("UPDATE identity.erasure_register SET register = NULL, mark = 0, position = 0");
        return database;
    }
}
