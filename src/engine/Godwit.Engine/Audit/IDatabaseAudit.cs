using Godwit.Engine.Gates;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Audit;

/// <summary>The audit of the target database.</summary>
public interface IDatabaseAudit
{
    /// <summary>What it looks for.</summary>
    IReadOnlyList<AuditCheck> Checks { get; }

    /// <summary>Each question in a read-only transaction of its own: what this role may not see does not hide the rest.</summary>
    Task<IReadOnlyList<AuditAnswer>> LookAsync(DatabaseAuditSettings settings, IAuditSession session, CancellationToken cancellation);

    /// <summary>The evidence of an earlier audit of the same run: of the gate of that name, or of the first audit; its newest answer. Null when there is none.</summary>
    Task<IReadOnlyDictionary<string, string>?> FindEarlierAsync(GateContext context, string? gate, CancellationToken cancellation);
}

/// <summary>Questions to a database, each in a read-only transaction of its own.</summary>
public interface IAuditSession
{
    /// <returns>The first column of each row.</returns>
    /// <exception cref="TargetFaultException">The database refused, or did not answer.</exception>
    Task<IReadOnlyList<string?>> AskAsync(string sql, IReadOnlyList<object?> values, CancellationToken cancellation);
}
