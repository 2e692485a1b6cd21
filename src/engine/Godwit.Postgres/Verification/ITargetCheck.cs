using Godwit.Model.Moves;
using Godwit.Model.Verification;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>One check of the target against its plan.</summary>
public interface ITargetCheck
{
    /// <summary>The name under which the certificate lists the check.</summary>
    string Name { get; }

    /// <summary>Looks and changes nothing; settings that it needs are undone when it returns.</summary>
    /// <param name="connection">Open, within a transaction, which is the snapshot that all checks share: REPEATABLE READ, READ ONLY will do.</param>
    /// <exception cref="PostgresException">A fault that says nothing about the target's content (a right is missing, a connection is lost); the transaction is then spent.</exception>
    Task<CheckResult> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken);
}
