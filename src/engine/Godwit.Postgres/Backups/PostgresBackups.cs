using Godwit.Engine.Backups;
using Godwit.Postgres.Backups.PgBackRest;
using Godwit.Postgres.Backups.Physical;
using Godwit.Postgres.Connections;

namespace Godwit.Postgres.Backups;

/// <summary>Takes a backup by the method that its settings say.</summary>
public static class PostgresBackups
{
    /// <exception cref="BackupException">It could not be made: nothing of it is left.</exception>
    public static Task<BackupMade> CreateAsync(PostgresTarget target, BackupRequest request, CancellationToken cancellation) => request.Place.Settings switch
    {
        { Method: BackupMethod.Physical, PgBackRest: { } stanza } => PgBackRestBackup.CreateAsync(target, stanza, request, cancellation),
        { Method: BackupMethod.Physical } => PhysicalBackup.CreateAsync(target, request, cancellation),
        _ => LogicalBackup.CreateAsync(target, request, cancellation),
    };
}
