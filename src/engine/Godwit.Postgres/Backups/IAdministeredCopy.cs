using Godwit.Postgres.Connections;

namespace Godwit.Postgres.Backups;

/// <summary>A scratch copy whose superuser may be had, for what its role may not do.</summary>
internal interface IAdministeredCopy
{
    /// <summary>The database, as the superuser of its server.</summary>
    Task<PostgresTarget> ReachAsync(CancellationToken cancellation);

    /// <summary>Lets another role in than the one that took the backup; <see cref="Engine.Backups.IScratchCopy.PassFile"/> then holds its password.</summary>
    /// <returns>The URL, without the password.</returns>
    Task<string> AdmitAsync(string role, CancellationToken cancellation);
}
