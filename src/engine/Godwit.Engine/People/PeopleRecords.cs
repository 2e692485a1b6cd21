using Godwit.Engine.Ledger;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.People;

/// <summary>All that a target has about who agreed to what of a runbook, read at one moment. Nothing of it is believed: <see cref="DemandStanding"/> judges it each time anew.</summary>
/// <param name="Now">The database's clock: what is stale is told by it alone.</param>
/// <param name="Target">Which database it is.</param>
/// <param name="Register">Who may agree.</param>
/// <param name="Statements">What was signed, of this runbook.</param>
/// <param name="Runs">Of this runbook.</param>
public sealed record PeopleRecords(DateTimeOffset Now, TargetIdentity Target, PeopleRegister Register, IReadOnlyList<StoredStatement> Statements, IReadOnlyList<KnownRun> Runs)
{
    /// <summary>When phases of the run at hand were last taken back: what was agreed to before is used up.</summary>
    public IReadOnlyDictionary<Phase, DateTimeOffset> Undone { get; init; } = new Dictionary<Phase, DateTimeOffset>();

    /// <summary>When a rollback of the run at hand was last decided: its approvals are used up.</summary>
    public DateTimeOffset? RollbackDecided { get; init; }
}

/// <summary>A signed statement as its row has it. The columns are for finding it; what counts is the signed text, and a row whose columns say otherwise is refused.</summary>
/// <param name="Id">The statement's hash.</param>
/// <param name="Document"><see cref="SignedStatement"/>.</param>
public sealed record StoredStatement(string Id, Purpose Purpose, string Plan, string Subject, Guid? Run, string Document, DateTimeOffset ReceivedAt);

/// <param name="Plan">Its plan's hash.</param>
public sealed record KnownRun(Guid Id, DateTimeOffset StartedAt, string Plan);
