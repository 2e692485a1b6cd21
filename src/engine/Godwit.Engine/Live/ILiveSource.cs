using Godwit.Engine.Rows;
using Godwit.Model.Moves;

namespace Godwit.Engine.Live;

/// <summary>The side that a live move comes from: the old one, which applications write to while it is copied.</summary>
public interface ILiveSource : ILiveSide
{
    /// <summary>The tables of the move.</summary>
    IReadOnlyCollection<LiveTable> Tables { get; }

    /// <summary>Begins to record changes. Where this move's recording has begun, it goes on.</summary>
    Task RecordAsync(CancellationToken cancellation);

    /// <summary>Whether changes are recorded for this move.</summary>
    Task<bool> IsRecordedAsync(CancellationToken cancellation);

    /// <summary>Rows, read beside the writers.</summary>
    /// <param name="since">Leaves out, and names, rows that have changed since that position; null reads every row as it is.</param>
    /// <param name="unfit">Told, from any thread, of each row that the other side cannot hold.</param>
    ILiveRows OpenRows(string? since, Action<LiveTable, UnfitRow> unfit);

    /// <summary>A table as it can be verified while it is written to: with ranges of its key, or one.</summary>
    TablePlan ForVerification(TablePlan table);

    /// <summary>Makes this runner the one whose writes count here; whoever was it before changes nothing any more.</summary>
    Task TakeAsync(CancellationToken cancellation);

    /// <summary>What keeps the side from forgetting what is old, for people: each batch reads the log from there on. Null where nothing has for long, or the side has nothing of the kind.</summary>
    Task<string?> FindHolderAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <summary>Ends recording and fence and removes what they left; the rows stay.</summary>
    Task RemoveAsync(CancellationToken cancellation);
}

/// <summary>Rows of a source that is written to.</summary>
public interface ILiveRows : IRowSource
{
    /// <summary>What was left out so far.</summary>
    LiveExclusions Left { get; }
}

/// <summary>The side that a live move goes to: the new one, fenced until its turn has come.</summary>
public interface ILiveTarget : ILiveSide
{
    /// <summary>Keeps everybody but the move from writing to the tables, from their making on.</summary>
    Task MakeFenceAsync(CancellationToken cancellation);

    /// <summary>Begins to record changes. Where it has begun, nothing happens.</summary>
    Task RecordAsync(CancellationToken cancellation);

    /// <summary>Notes rows that cannot be held here.</summary>
    Task NoteUnfitAsync(LiveTable table, IReadOnlyCollection<UnfitRow> rows, CancellationToken cancellation);

    /// <summary>Rows that cannot be held here as the other side has them, the first of them.</summary>
    Task<IReadOnlyList<(string Table, UnfitRow Row)>> UnfitAsync(int limit, CancellationToken cancellation);

    /// <summary>Notes for whoever watches that everything up to a moment, so long ago, was carried, whichever way.</summary>
    Task NoteFollowedAsync(long keys, TimeSpan ago, CancellationToken cancellation);

    /// <summary>Notes, likewise, what <see cref="ILiveSource.FindHolderAsync"/> has found.</summary>
    Task NoteHeldAsync(string? by, CancellationToken cancellation);

    /// <summary>Ends recording and fence; the rows stay.</summary>
    Task RemoveAsync(CancellationToken cancellation);
}
