using Godwit.Engine.Backups;
using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.Journal.Export;
using Godwit.Engine.Notices;
using Godwit.Engine.People;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runs;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports;

/// <summary>Everything that a target has of a run, read at one moment.</summary>
/// <param name="Run">Its rows.</param>
/// <param name="Gates">Every time that a gate was asked.</param>
/// <param name="Journal">Its entries.</param>
/// <param name="Verdict">What verifying the journal found.</param>
/// <param name="Catalogs">The lines of the catalogs that the journal names, by hash; as they are kept, whatever they hash to.</param>
public sealed record RunRecord(
    RunbookRun Run, IReadOnlyList<GateRow> Gates, IReadOnlyList<JournalEntry> Journal, JournalVerdict Verdict, IReadOnlyDictionary<string, IReadOnlyList<string>> Catalogs)
{
    /// <summary>Where its tripwires stand.</summary>
    public IReadOnlyList<TripwireRow> Tripwires { get; init; } = [];

    /// <summary>The moves that its steps made.</summary>
    public IReadOnlyList<MoveRow> Moves { get; init; } = [];

    /// <summary>Who was told what.</summary>
    public IReadOnlyList<NoticeRow> Notices { get; init; } = [];

    /// <summary>What was rehearsed of its plan; null where nobody could look.</summary>
    public RehearsalCount? Rehearsals { get; init; }

    /// <summary>Where its journal is copied to.</summary>
    public IReadOnlyList<ExportState> Exports { get; init; } = [];

    /// <summary>The backups that it names, as their destinations have them; null where nobody could look there.</summary>
    public IReadOnlyList<StoredBackup>? Backups { get; init; }

    /// <summary>Why nobody could.</summary>
    public string? BackupsNotSeen { get; init; }

    /// <summary>Who may agree, and what was signed.</summary>
    public required PeopleRecords Signed { get; init; }

    public PeopleRegister Register => Signed.Register;

    /// <summary>What gates and rollbacks went by.</summary>
    public IReadOnlyList<Acceptance> Accepted { get; init; } = [];
}

/// <param name="Evidence">What the gate saw, as JSON.</param>
public sealed record GateRow(Phase Phase, string Gate, DateTimeOffset At, GateState State, string Summary, string Evidence);
