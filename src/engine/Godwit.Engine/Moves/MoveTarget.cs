using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Godwit.Model.Moves;
using Godwit.Model.Verification;

namespace Godwit.Engine.Moves;

/// <summary>One change of the target's schema, done once: it commits together with the row that says it is done.</summary>
/// <param name="Id">Stable for the same plan.</param>
/// <param name="Phase">What kind of work it is, for a person who watches.</param>
/// <param name="Title">What it makes, for a person who watches.</param>
/// <param name="Sql">Plain transactional SQL.</param>
/// <param name="Table">The table's name at the target, when it belongs to one.</param>
public sealed record TargetStep(string Id, string Phase, string Title, string Sql, string? Table = null);

/// <summary>A range of the copy and what became of it.</summary>
public sealed record CopiedRange(int Ordinal, bool Done, RangeDigest Digest, long Quarantined)
{
    /// <summary>The keys under which its values were computed (<see cref="IRangeWrite.Keys"/>); null where there were none.</summary>
    public string? Keys { get; init; }
}

/// <summary>What a run is, as its row in the target has it.</summary>
public sealed record RunDescription
{
    public required Guid Id { get; init; }

    public required MovePlan Plan { get; init; }

    /// <summary>The run's hash key.</summary>
    public required UInt128 HashKey { get; init; }

    /// <summary>The options and the source's fingerprint, as the command wrote them: opaque to the target.</summary>
    public required string Origin { get; init; }

    public required string ToolVersion { get; init; }
}

/// <summary>How far a run is.</summary>
public enum RunState
{
    Running,
    Verified,
    Failed,
    Aborted,
}

/// <summary>What a finished run keeps besides its state.</summary>
/// <param name="Certificate">The signed certificate's text.</param>
/// <param name="Catalog">The target's catalog as it was verified: what a later verification compares with.</param>
public sealed record RunEnd(string? Certificate, IReadOnlyList<string>? Catalog);

/// <summary>Tuples of the target, one by one.</summary>
public interface ITupleVisitor
{
    /// <param name="image">The row's fields without the field count; valid during the call.</param>
    void Visit(ReadOnlySpan<byte> image);

    /// <summary>A row too large to hold: its hash over the same bytes, and the first of them.</summary>
    void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning);
}

/// <summary>A part of a table's blocks, so that several readers share a table.</summary>
public readonly record struct BlockRange(long From, long? To);

/// <summary>What the target's catalog says of a move's tables and views.</summary>
public sealed record TargetSchema(IReadOnlyList<string> Lines, string Hash);

/// <summary>One snapshot of the target, read by any number of readers at once.</summary>
public interface ITargetSnapshot : IAsyncDisposable
{
    /// <summary>
    /// Tables whose rows cannot be compared, because they, or one of their columns, or a column's type, are no longer as planned. To read them would be a
    /// fault, and a fault names no difference.
    /// </summary>
    Task<IReadOnlyList<TablePlan>> FindIncomparableAsync(MovePlan plan, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<TablePlan>>([]);

    /// <summary>Cuts a table into at most <paramref name="parts"/> parts of blocks.</summary>
    Task<IReadOnlyList<BlockRange>> SplitAsync(TablePlan table, int parts, CancellationToken cancellation);

    /// <summary>
    /// Reads every row of a part, every column in the plan's order. Rows too large for the buffer are hashed with the snapshot's key as they pass,
    /// unless <paramref name="whole"/> asks for them in one piece.
    /// </summary>
    Task ScanAsync(TablePlan table, BlockRange part, bool whole, ITupleVisitor visitor, CancellationToken cancellation);

    /// <summary>Rows of a table's quarantine table, which has the columns of a quarantine row.</summary>
    Task ScanQuarantineAsync(TablePlan table, ITupleVisitor visitor, CancellationToken cancellation);

    /// <summary>The schema that the plan made, as sorted lines, and the SHA-256 of them in lower-case hexadecimal.</summary>
    Task<TargetSchema> ReadSchemaAsync(MovePlan plan, CancellationToken cancellation);

    /// <summary>What only the target can tell: constraints, indexes, sequences, orphans, uniqueness, the schema as planned.</summary>
    /// <param name="plan">What was to be made.</param>
    /// <param name="scanRows">Whether orphans, duplicates and NULLs are counted from the rows, or follow from equal rows under valid constraints.</param>
    /// <param name="cancellation">Stops the check at hand.</param>
    Task<IReadOnlyList<CheckResult>> CheckAsync(MovePlan plan, bool scanRows, CancellationToken cancellation);
}

/// <summary>
/// The target of a move, with the run's lease held. Every write carries the lease's epoch: when another runner has taken over, it fails with
/// <see cref="LeaseLostException"/> and changes nothing.
/// </summary>
public interface IMoveTarget : IAsyncDisposable
{
    RunDescription Run { get; }

    /// <summary>Cancelled when the lease is lost.</summary>
    CancellationToken LeaseLost { get; }

    /// <summary>Whether another runner holds the run now. A target that does not answer within seconds says nothing, which is false.</summary>
    Task<bool> IsTakenOverAsync();

    IReadOnlyList<TargetStep> StepsBeforeCopy { get; }

    IReadOnlyList<TargetStep> StepsAfterCopy { get; }

    Task<IReadOnlySet<string>> FinishedStepsAsync(CancellationToken cancellation);

    Task RunStepAsync(TargetStep step, CancellationToken cancellation);

    /// <summary>Every range of the run, in order, by the table's name at the target.</summary>
    Task<ILookup<string, CopiedRange>> RangesAsync(CancellationToken cancellation);

    /// <summary>
    /// Copies one range: rows, their digest and the range's state commit together, or not at all. <paramref name="fill"/> runs on the calling thread
    /// and returns the digest of what it wrote; <paramref name="fillQuarantine"/> likewise for the quarantine table, when there is one. <paramref name="keys"/>
    /// are kept with the range.
    /// </summary>
    Task<CopiedRange> CopyRangeAsync(
        TablePlan table,
        int ordinal,
        Func<IRowImageSink, RangeDigest> fill,
        Func<IRowImageSink, long>? fillQuarantine,
        string? keys,
        CancellationToken cancellation);

    /// <summary>Opens one snapshot of the target for verification.</summary>
    Task<ITargetSnapshot> OpenSnapshotAsync(CancellationToken cancellation);

    Task SetPhaseAsync(string phase, CancellationToken cancellation);

    /// <summary>
    /// Ends the run and gives the lease up, in one transaction. <paramref name="end"/> is called while the lease is locked: what it writes elsewhere is
    /// written by the run's one runner.
    /// </summary>
    Task FinishAsync(RunState state, Func<RunEnd?> end, CancellationToken cancellation);
}

/// <summary>Another runner holds the run now; this one has changed nothing since.</summary>
public sealed class LeaseLostException(string message = "another runner has taken this run over; this one has written nothing since") : Exception(message);

/// <summary>The target gave no answer for as long as the lease lasts: another runner may have it by now.</summary>
public sealed class TargetSilentException() : Exception("the target has not answered for as long as this runner's lease lasts");
