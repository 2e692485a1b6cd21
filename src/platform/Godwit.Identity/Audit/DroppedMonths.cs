namespace Godwit.Identity.Audit;

/// <summary>While a log is verified block by block: of which dropped month each missing row is, and whether each month's rows are all that it dropped.</summary>
internal sealed class DroppedMonths(IReadOnlyList<DroppedMonth> months) : IDisposable
{
    private readonly RowsHash[] _seen = [.. months.Select(_ => new RowsHash())];

    /// <summary>Whether retention dropped it. Rows are given by block and id.</summary>
    public bool Explain(long block, EventCommitment row)
    {
        for (var i = 0; i < months.Count; i++)
        {
            if (!months[i].Covers(block, row.Id)) continue;
            _seen[i].Add(row.Id, row.Leaf);
            return true;
        }
        return false;
    }

    /// <returns>What is wrong with a month whose last block this is.</returns>
    public BlockFault? Ended(long block)
    {
        for (var i = 0; i < months.Count; i++)
        {
            if (months[i].LastBlock == block && months[i].Rows != _seen[i].ToDigest())
                return new BlockFault(months[i].FirstBlock, months[i].FirstId, $"event {months[i].FirstId} is the first of {months[i].Month}, of which other rows are missing than retention dropped");
        }
        return null;
    }

    public void Dispose()
    {
        foreach (var hash in _seen) hash.Dispose();
    }
}
