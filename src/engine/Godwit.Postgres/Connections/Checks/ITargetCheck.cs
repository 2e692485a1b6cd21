using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections.Checks;

/// <summary>One precondition of a move; it reads the target and changes nothing.</summary>
internal interface ITargetCheck
{
    Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection, TargetDemands demands, CancellationToken cancellationToken);
}
