using Godwit.Engine.Backups;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Backups;

/// <summary>A destination, staging and keys of a test's own, through which a scratch server's account may pass.</summary>
internal sealed class BackupWorkplace : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-backups-").FullName;

    public BackupWorkplace(BackupMethod method = BackupMethod.Logical)
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("711", 8));
        Place = BackupPlace.Resolve(
            new BackupSettings { Destinations = [new ValueFrom(Literal: "backups")], Staging = new ValueFrom(Literal: "staging"), Method = method }, _folder, NoVariables.Instance, In("home")).Place!;
    }

    public BackupPlace Place { get; }

    public string In(string name) => Path.Combine(_folder, name);

    /// <summary>Takes one as the superuser.</summary>
    public async Task<BackupManifest> TakeAsync(TestDatabase database, CancellationToken cancellation) =>
        (await PostgresBackups.CreateAsync(await ReachAsync(database, cancellation), new BackupRequest(Place, "0"), cancellation)).Manifest;

    public Task<BackupVerdict> VerifyAsync(CancellationToken cancellation) => BackupVerifier.VerifyAsync(Place.Store.Find(null)!, Place, _ => { }, TimeProvider.System, cancellation);

    /// <summary>As the superuser.</summary>
    public static async Task<PostgresTarget> ReachAsync(TestDatabase database, CancellationToken cancellation)
    {
        var password = database.Server.Connection(database.Name, superuser: true).Password;
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSWORD" ? password : null };
        return (await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url.Replace("godwit@", "postgres@", StringComparison.Ordinal), environment).Url!, environment, cancellation)).Target!;
    }

    public void Dispose()
    {
        Place.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class NoVariables : IRunEnvironment
    {
        public static NoVariables Instance { get; } = new();

        public string? Find(string name) => null;
    }
}
