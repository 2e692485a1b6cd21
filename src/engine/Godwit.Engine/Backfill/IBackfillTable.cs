using Godwit.Engine.Runs;
using Godwit.Engine.Transforms;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Model.Findings;

namespace Godwit.Engine.Backfill;

/// <summary>The database's side of backfills.</summary>
public interface IBackfillDatabase
{
    /// <summary>Holds a task against the catalog, without looking at rows.</summary>
    Task<BackfillReading> ResolveAsync(IRunSession session, BackfillTask task, CancellationToken cancellation);

    /// <summary>What a pace depends on. Each watch remembers its last reading.</summary>
    IPaceWatch CreateWatch();
}

/// <param name="Table">Null when a finding is an error.</param>
/// <param name="Findings">What is wrong.</param>
public sealed record BackfillReading(IBackfillTable? Table, IReadOnlyList<Finding> Findings);

/// <summary>
/// A task held against one database's catalog. All of it runs in transactions of the caller's; keys are texts in the order of the key's columns.
/// Values go to the database as parameters, never in a statement's text.
/// </summary>
public interface IBackfillTable
{
    /// <summary>Rows of the table that is read, by the catalog's estimate; null when it has none.</summary>
    Task<long?> EstimateAsync(IRunSession session, CancellationToken cancellation);

    /// <summary>Settings that the texts of values depend on; first in every transaction.</summary>
    Task PrepareAsync(IRunSession session, CancellationToken cancellation);

    /// <summary>Asks the database to understand every statement without reading a row: a fault says what is wrong with an expression.</summary>
    Task TryAsync(IRunSession session, CancellationToken cancellation);

    /// <summary>The next rows in the key's order.</summary>
    /// <param name="after">The key that they come after; null from the beginning.</param>
    Task<IReadOnlyList<SourceRow>> ReadAsync(IRunSession session, IReadOnlyList<string>? after, int limit, CancellationToken cancellation);

    /// <summary>The key that comes next, nothing else of its row evaluated; null at the end.</summary>
    Task<IReadOnlyList<string>?> ReadNextKeyAsync(IRunSession session, IReadOnlyList<string>? after, CancellationToken cancellation);

    /// <summary>Rows by their keys as they are now, locked where the caller is going to write: those that are gone or out of scope are missing.</summary>
    Task<IReadOnlyList<SourceRow>> ReadAgainAsync(IRunSession session, IReadOnlyList<SourceRow> rows, bool locked, CancellationToken cancellation);

    /// <summary>Writes each row whose source is still what was read (compare-and-set), in one statement.</summary>
    Task<WriteResult> WriteAsync(IRunSession session, IReadOnlyList<ComputedRow> rows, CancellationToken cancellation);

    /// <summary>Compares what is there with what was computed, without changing anything.</summary>
    Task<IReadOnlyList<ThereRow>> CompareAsync(IRunSession session, IReadOnlyList<ComputedRow> rows, CancellationToken cancellation);

    /// <summary>Whether something is there already that <see cref="UndoAsync"/> would take.</summary>
    Task<bool> HasUndoableAsync(IRunSession session, CancellationToken cancellation);

    /// <summary>Takes back what was written, some rows at a time.</summary>
    Task<UndoneRows> UndoAsync(IRunSession session, IReadOnlyList<string>? after, int limit, CancellationToken cancellation);
}

/// <param name="Key">The key's values as the database prints them.</param>
/// <param name="Texts">What was read, as the database prints it, for compare-and-set.</param>
/// <param name="Inputs">For each column that is filled, the values of its transform's inputs.</param>
/// <param name="Stored">Where columns of the table itself are filled: for each, what it holds, if a keyed transform has to look at that; NULL for the others.</param>
public sealed record SourceRow(IReadOnlyList<string> Key, IReadOnlyList<string?> Texts, IReadOnlyList<IReadOnlyList<CellValue>> Inputs, IReadOnlyList<CellValue> Stored);

/// <param name="Source">What was read.</param>
/// <param name="Values">For each column that is filled, its value. What a keyed transform found right is its own value.</param>
/// <param name="State">How what keyed transforms found stored in the row that was read stands; right without any.</param>
public sealed record ComputedRow(SourceRow Source, IReadOnlyList<CellValue> Values, StoredState State = StoredState.Right);

/// <summary>How a row stands in the database.</summary>
/// <param name="Outcome">As far as the database can tell: it compares no value of a keyed transform in another table.</param>
/// <param name="Keyed">Those values, each with the values of the columns that it is bound to; empty where there is none to look at.</param>
public sealed record ThereRow(RowOutcome Outcome, IReadOnlyList<KeyedValue> Keyed);

/// <param name="Column">Its place among the columns that are filled.</param>
/// <param name="Stored">What is there.</param>
/// <param name="Row">What is there in the columns that it is bound to.</param>
public sealed record KeyedValue(int Column, CellValue Stored, IReadOnlyList<CellValue> Row);

/// <param name="Written">How many rows were written.</param>
/// <param name="Rows">How each row stands now, in their order.</param>
public sealed record WriteResult(long Written, IReadOnlyList<ThereRow> Rows);

/// <summary>How a row stands.</summary>
public enum RowOutcome
{
    /// <summary>What was computed is there.</summary>
    Right,

    /// <summary>The source is no longer what was read.</summary>
    SourceChanged,

    /// <summary>The row is gone, or no longer in scope.</summary>
    Gone,

    /// <summary>There is nothing in its place.</summary>
    Missing,

    /// <summary>There is something else in its place.</summary>
    Different,

    /// <summary>What is there is right, under a key that writes no longer.</summary>
    Former,
}

/// <param name="Last">The last key that was looked at; null at the end.</param>
/// <param name="Seen">Rows looked at.</param>
/// <param name="Undone">Rows changed or deleted.</param>
public sealed record UndoneRows(IReadOnlyList<string>? Last, int Seen, long Undone);

/// <summary>Reads the signs of strain.</summary>
public interface IPaceWatch
{
    /// <summary>What is not seen, and which right or setting would show it; known after the first reading.</summary>
    IReadOnlyList<string> Unseen { get; }

    Task<PaceSigns> ReadAsync(IRunSession session, CancellationToken cancellation);
}
