using Godwit.Model.Findings;

namespace Godwit.Engine.Live;

/// <summary>What stands in the way of a live move, and is no matter of trying again. Nothing of what it speaks of was applied.</summary>
public abstract class LiveFaultException(FindingCode code, string message, string remedy) : Exception(message)
{
    public Finding Finding => Finding.Error(code, Message, null, remedy);
}

/// <summary>Another has applied changes meanwhile: what was read goes on from a position that is past. Nothing was applied; it is read again from where it is now.</summary>
public sealed class StalePositionException() : Exception("another runner has applied changes at the same time");

/// <summary>Rows came out otherwise than they were sent.</summary>
public sealed class AppliedOtherwiseException(string table) : LiveFaultException(
    FindingCodes.LiveAppliedOtherwise, $"changed rows of table {table} do not read back as they were written; nothing of them was kept",
    "See whether a trigger, a rule or a default of the table changes what is written to it; `godwit resume` tries again.");

/// <summary>A side no longer has what it once was read up to: it was restored, or lost its last commits with its power. What was applied from it may never have happened.</summary>
public sealed class RewoundException(string what) : LiveFaultException(FindingCodes.LiveRewound, what, "The other side may hold what never happened: roll back the move and begin it anew.");

/// <summary>Rows have become something that the old side cannot hold.</summary>
public sealed class UnholdableRowsException(long rows) : LiveFaultException(
    FindingCodes.LiveUnholdable, $"{rows} changed rows hold values that the old side cannot hold", "They are on the new side, where they were written. Change them there to what the old side can hold, or go on without a way back.");

/// <summary>Rows of the old side have become something that the new side cannot hold.</summary>
public sealed class UnfitRowsException(string table, UnfitRow row) : LiveFaultException(
    FindingCodes.LiveUnholdable, $"row {row.Key} of table {table} holds a value in column {row.Column} that the new side cannot hold", "Change it in the source: it is taken off the list as soon as it fits.");

/// <summary>Changes cannot be applied under a foreign key by a role that may not set session_replication_role.</summary>
public sealed class ForeignKeyInTheWayException(string key) : LiveFaultException(
    FindingCodes.LiveForeignKey, $"the foreign key {key} is in the way of applying changes, and this role may not set session_replication_role",
    "As a superuser: GRANT SET ON PARAMETER session_replication_role TO the role that moves (PostgreSQL 15 and later).");

/// <summary>Transactions are prepared in the database: they can commit whenever somebody says so, and no lock and no fence ends them.</summary>
public sealed class PreparedTransactionsException(long count) : LiveFaultException(
    FindingCodes.LivePrepared, $"{count} transactions are prepared (pg_prepared_xacts), and could commit after any fence", "COMMIT PREPARED or ROLLBACK PREPARED them, then `godwit resume`.");

/// <summary>A table is no longer of the columns and the key that the move was planned for.</summary>
public sealed class SourceShapeException(string table) : LiveFaultException(
    FindingCodes.LiveShape, $"table {table} of the source is gone, or has other columns or another key than when the move was planned", "`godwit rollback` removes what was moved; then plan and run anew, with the table as it is now.");

/// <summary>The schema is no longer what the move was planned for.</summary>
public sealed class SourceSchemaException(string schema) : LiveFaultException(
    FindingCodes.LiveShape, $"schema {schema} of the source was changed after the move was planned, and before its recording began", "`godwit rollback`, then run anew: it is planned as it is now.");

/// <summary>The recording of a table was lost at a moment when it cannot be made again.</summary>
public sealed class RecordingLostException(string table) : LiveFaultException(
    FindingCodes.LiveShape, $"table {table} was built anew in the source, and its recording went with the old one", "`godwit resume` makes it again and copies the table again.");

/// <summary>The old side could be written to for a while, although writers belonged to the new one.</summary>
public sealed class FenceFallenException(string table) : LiveFaultException(
    FindingCodes.LiveFenceFallen, $"table {table} of the old side was built anew while writers were at the new side, and what kept it from being written to went with the old one; it is kept from it again",
    "What was written to it meanwhile is at the old side alone: see what is there that the new side lacks, write it there where it is meant, and keep whoever did this away from the old side. `godwit resume` then goes on.");

/// <summary>Something would go on using a table that gives its name to another.</summary>
public sealed class NameObstacleException(Finding obstacle) : LiveFaultException(obstacle.Code, obstacle.Message, obstacle.Remedy ?? "");

/// <summary>What is written at the new side cannot be brought back to the old one.</summary>
public sealed class OneWayException(string why) : LiveFaultException(
    FindingCodes.LiveOneWay, $"there is no way back to the old side: {why}", "What was written since is on the new side alone. A backup of the old side from before the cut-over is what is left of it.");

/// <summary>A source's changes are recorded for a move that is not this one.</summary>
public sealed class OtherMoveException(string move, string? remains = null) : LiveFaultException(
    FindingCodes.LiveOther, $"the source is part of another live move ({move})", $"Finish that one or roll it back. Where its run is gone for good, drop {remains ?? "the tables and triggers in the source whose names begin with _godwit_"}.");
