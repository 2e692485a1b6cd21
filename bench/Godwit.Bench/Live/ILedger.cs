namespace Godwit.Bench.Live;

/// <summary>One side of the ledger, as one worker of the application uses it: a connection of its own.</summary>
internal interface ILedger : IDisposable
{
    /// <summary>In one transaction; it has been acknowledged once this returns.</summary>
    /// <exception cref="LedgerRefusedException">Not here, or not now: nothing was changed.</exception>
    void Write(LedgerWrite write);

    /// <summary>One of a few questions, each by a key.</summary>
    void Read(int question, long key);
}

/// <summary>The answer "try again": nothing was changed.</summary>
/// <param name="moved">Whether the other side is where to try.</param>
/// <param name="fault">What the database said.</param>
internal sealed class LedgerRefusedException(bool moved, Exception fault) : Exception(fault.Message, fault)
{
    public bool Moved => moved;
}
