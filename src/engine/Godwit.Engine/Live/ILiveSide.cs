namespace Godwit.Engine.Live;

/// <summary>One side of a live move: its changes can be read, the other's applied to it, and its writers kept out.</summary>
public interface ILiveSide
{
    /// <summary>Everything that changed here since a position of an earlier delta of this side; <see cref="Beginning"/> for all since the recording began.</summary>
    /// <param name="since">The position.</param>
    /// <param name="whole">Whether tables without a key are in it, whole.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="RewoundException">What is here is not what went on from that position.</exception>
    Task<IChangeDelta> ReadDeltaAsync(string since, bool whole, CancellationToken cancellation);

    string Beginning { get; }

    /// <summary>Up to where the other side's changes are applied here; null where none were yet. It commits with what it speaks of.</summary>
    Task<string?> AppliedAsync(CancellationToken cancellation);

    /// <summary>
    /// Applies a delta of the other side whole, and notes its position, in one transaction that is recorded nowhere and refused by no fence. Before it commits, the rows are
    /// read again on both sides: what does not come out equal is not applied.
    /// </summary>
    /// <exception cref="AppliedOtherwiseException">It did not come out equal.</exception>
    /// <exception cref="StalePositionException">What is applied here is not what the delta goes on from: another has applied one meanwhile.</exception>
    Task<DeltaRows> ApplyAsync(IChangeDelta delta, CancellationToken cancellation);

    /// <summary>
    /// Keeps writers out, lets <paramref name="drain"/> bring the other side up to what was committed here, and refuses every write from then on. Where the drain fails or
    /// writers cannot be kept out within <paramref name="patience"/>, nothing has changed.
    /// </summary>
    Task FenceAsync(TimeSpan patience, Func<Task> drain, CancellationToken cancellation);

    /// <summary>The last number given out wherever the database gives out numbers, by the new side's name of the table, or of the sequence where both sides have sequences.</summary>
    Task<IReadOnlyDictionary<string, long>> ReadNumbersAsync(CancellationToken cancellation);

    /// <summary>Goes on after these, so that no number is given out twice, whichever side gives it: never back.</summary>
    Task ContinueNumbersAsync(IReadOnlyDictionary<string, long> last, CancellationToken cancellation);

    /// <summary>Lets writers in; where they are in already, nothing happens.</summary>
    Task UnfenceAsync(CancellationToken cancellation);
}
