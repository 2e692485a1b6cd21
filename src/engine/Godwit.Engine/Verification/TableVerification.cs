using Godwit.Engine.Rows;
using Godwit.Model.Moves;

namespace Godwit.Engine.Verification;

/// <summary>What both sides of a table came to.</summary>
public sealed record TableVerification(TablePlan Table, RangeLocator Ranges, TableDigests Source, TableDigests Target, QuarantineVerification? Quarantine)
{
    /// <summary>Ranges whose digests differ, in either way of reading.</summary>
    public IReadOnlyList<int> Different { get; } =
        [.. Enumerable.Range(0, Ranges.Count).Where(i => Source.Rows[i] != Target.Rows[i] || Source.Decoded[i] != Target.Decoded[i])];

    /// <summary>Ranges that agree as row images and differ when decoded a second way: the encoder is at fault.</summary>
    public IReadOnlyList<int> DecodedDifferently { get; } =
        [.. Enumerable.Range(0, Ranges.Count).Where(i => Source.Rows[i] == Target.Rows[i] && Source.Decoded[i] != Target.Decoded[i])];

    /// <summary>How long reading both sides took, added up over the workers.</summary>
    public TimeSpan Elapsed { get; init; }

    public bool Agrees => Different.Count == 0 && Quarantine is null or { Agrees: true };
}

/// <summary>A table's quarantine: what the source leaves out and what the quarantine table holds.</summary>
public sealed record QuarantineVerification(Model.Digests.RangeDigest Source, Model.Digests.RangeDigest Target, long LeftOut)
{
    public bool Agrees => Source == Target && Source.Count == LeftOut;
}
