using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Move;

/// <summary>
/// Moves that are part of a runbook's run. A host composes them of a source and the target of that very run: no other connection is resolved, and every
/// write is under the run's own lease.
/// </summary>
public interface INestedMoves
{
    /// <summary>What the source alone says; changes nothing.</summary>
    Task<MoveReview> ProfileAsync(
        MoveTask task, string folder, IReadOnlyDictionary<string, ValueFrom> sources, IRunEnvironment environment, MoveProgress progress, CancellationToken cancellation);

    /// <summary>Everything that stands against the move, both sides looked at; changes nothing.</summary>
    Task<MoveReview> ReviewAsync(StepContext context, MoveTask task, MoveProgress progress, CancellationToken cancellation);

    /// <summary>Whether the target has the schema already.</summary>
    Task<bool> HasSchemaAsync(StepContext context, string schema, CancellationToken cancellation);

    /// <summary>Opens both sides and begins the move, or goes on with it where its rows say.</summary>
    /// <param name="context">The step's.</param>
    /// <param name="task">What is moved.</param>
    /// <param name="run">The move's own id, which the step has saved.</param>
    /// <param name="mayBegin">Whether one that is not on record is begun.</param>
    /// <param name="prepared">What a review just made, so that nothing is profiled twice; it counts only while the source is the same.</param>
    /// <param name="progress">Told what is done.</param>
    /// <param name="cancellation">Stops.</param>
    Task<MoveEntrance> EnterAsync(StepContext context, MoveTask task, Guid run, bool mayBegin, PreparedMove? prepared, MoveProgress progress, CancellationToken cancellation);

    /// <summary>Opens both sides of a live move that a step of this run has begun.</summary>
    /// <param name="context">Of the step that asks.</param>
    /// <param name="step">The step that began it.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Null, and why, where there is none, or a side cannot be opened.</returns>
    Task<(LiveSession? Session, IReadOnlyList<Finding> Findings)> OpenLiveAsync(StepContext context, string step, CancellationToken cancellation);

    /// <summary>Removes what the move made in the target, and of a live one in the source. One that is not live needs no source.</summary>
    /// <param name="context">The step's.</param>
    /// <param name="task">What was moved.</param>
    /// <param name="run">The move.</param>
    /// <param name="dropSchema">Whether the schema, once it is empty, goes too.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Why it was not; empty once it is gone.</returns>
    Task<IReadOnlyList<Finding>> RemoveAsync(StepContext context, MoveTask task, Guid run, bool dropSchema, CancellationToken cancellation);
}

/// <summary>What was seen of a move before it begins.</summary>
/// <param name="Prepared">Null when an error stands against it.</param>
/// <param name="Findings">All of them.</param>
public sealed record MoveReview(PreparedMove? Prepared, IReadOnlyList<Finding> Findings);

/// <param name="Plan">What would be made and copied.</param>
/// <param name="Origin">Of which source, and by which options: opaque here.</param>
public sealed record PreparedMove(MovePlan Plan, string Origin);

/// <summary>What came of entering a move.</summary>
public abstract record MoveEntrance
{
    private MoveEntrance()
    {
    }

    public sealed record Entered(INestedMove Move) : MoveEntrance;

    /// <summary>It is verified: nothing is left to do.</summary>
    public sealed record Verified(MoveSummary Summary) : MoveEntrance;

    /// <summary>Nothing was changed.</summary>
    public sealed record Refused(IReadOnlyList<Finding> Findings) : MoveEntrance;
}

/// <summary>What a verified move put on record.</summary>
/// <param name="Digest">SHA-256 over the digests of its tables.</param>
/// <param name="Certificate">SHA-256 of the certificate's text.</param>
/// <param name="Signer">The id of the key that signed it.</param>
public sealed record MoveSummary(Guid Run, string Schema, long Tables, long Rows, long Quarantined, long NotMoved, string Digest, string Certificate, string Signer);

/// <summary>A move with both sides open.</summary>
public interface INestedMove : IAsyncDisposable
{
    MovePlan Plan { get; }

    /// <summary>Makes, copies and indexes what is not there yet.</summary>
    /// <returns>False when it stopped between two ranges because a pause was asked for.</returns>
    Task<bool> BuildAsync(Func<bool> pauseRequested, CancellationToken cancellation);

    /// <summary>Verifies both sides, signs what it found, and ends the move with it.</summary>
    Task<(MoveVerification Verification, MoveSummary Summary)> CertifyAsync(CancellationToken cancellation);
}

/// <summary>The source cannot be read on.</summary>
public sealed class SourceFaultException(string message, Exception inner) : Exception(message, inner)
{
    /// <summary>What it means, where that is known: it is then no matter of trying again.</summary>
    public Finding? Finding { get; init; }
}
