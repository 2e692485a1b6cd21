namespace Godwit.Engine.Rows;

/// <summary>
/// Which rows are decoded a second way. The choice follows from the row's hash, so both sides choose the same rows without a word between them.
/// </summary>
public readonly record struct SecondDecoding(int OneIn)
{
    /// <summary>Every row: <c>--paranoid</c>.</summary>
    public static readonly SecondDecoding Every = new(1);

    /// <summary>One row in 64, the default: enough to catch a systematic mistake, which shows in many rows.</summary>
    public static readonly SecondDecoding Sample = new(64);

    public bool Chooses(UInt128 hash) => ((ulong)hash & (ulong)(OneIn - 1)) == 0;
}
