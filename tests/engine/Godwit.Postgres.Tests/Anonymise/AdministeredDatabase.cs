using Godwit.Engine.Backups;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Anonymise;

/// <summary>A database of the tests' server in the place of a scratch copy.</summary>
internal sealed class AdministeredDatabase(TestDatabase database) : IScratchCopy, IAdministeredCopy
{
    public BackupManifest Manifest { get; } = new()
    {
        Name = "none", Id = Guid.Empty, Method = BackupMethod.Logical, SnapshotAt = DateTimeOffset.UnixEpoch, EndedAt = DateTimeOffset.UnixEpoch, Origin = new BackupOrigin("1", "1", database.Name, null, 150000, "postgres"),
        Key = "none", Files = [], Tables = [], ToolVersion = "0",
    };

    public BackupVerification Verification { get; } = new() { Backup = "none", Manifest = "none", At = DateTimeOffset.UnixEpoch, RestoreMilliseconds = 0, Rows = 0, Tables = 0, Checks = [] };

    public string Folder => "";

    public string Url => database.Url;

    public string PassFile => database.Server.PassFile;

    public TimeSpan Took => TimeSpan.Zero;

    public Task<PostgresTarget> ReachAsync(CancellationToken cancellation) => ReachAsync(database, cancellation);

    /// <summary>Any database of it, as the superuser.</summary>
    public static async Task<PostgresTarget> ReachAsync(TestDatabase database, CancellationToken cancellation)
    {
        var password = database.Server.Connection(database.Name, superuser: true).Password;
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSWORD" ? password : null };
        return (await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url.Replace("godwit@", "postgres@", StringComparison.Ordinal), environment).Url!, environment, cancellation)).Target!;
    }

    public Task<string> AdmitAsync(string role, CancellationToken cancellation) => Task.FromResult(database.Url);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
