using Godwit.Postgres.Connections;

namespace Godwit.Postgres.Backups;

/// <summary>A scratch copy whose superuser may be had, for what its role may not do.</summary>
internal interface IAdministeredCopy
{
    /// <summary>The database, as the superuser of its server.</summary>
    Task<PostgresTarget> ReachAsync(CancellationToken cancellation);
}
