using Godwit.Model.Digests;

namespace Godwit.Engine.Rows;

/// <summary>The digests of one side of a table: of its row images, and of the rows that were decoded a second way. Not thread-safe: each worker fills its own, then they are added.</summary>
public sealed class TableDigests(int ranges)
{
    public RangeDigest[] Rows { get; } = new RangeDigest[ranges];

    public RangeDigest[] Decoded { get; } = new RangeDigest[ranges];

    /// <summary>Rows of the source that were left out because they are in quarantine.</summary>
    public long Quarantined { get; set; }

    public RangeDigest Total
    {
        get
        {
            var total = default(RangeDigest);
            foreach (var range in Rows) total.Add(range);
            return total;
        }
    }

    public void Add(TableDigests other)
    {
        for (var i = 0; i < Rows.Length; i++)
        {
            Rows[i].Add(other.Rows[i]);
            Decoded[i].Add(other.Decoded[i]);
        }
        Quarantined += other.Quarantined;
    }
}
