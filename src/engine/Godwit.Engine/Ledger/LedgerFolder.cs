namespace Godwit.Engine.Ledger;

/// <summary>The ledgers of this machine's user, one for each run, beside the key that signs: outside of every target.</summary>
public sealed class LedgerFolder(string path)
{
    public const string Name = "ledgers";

    public static LedgerFolder Of(string home) => new(Path.Combine(home, Name));

    public string PathOf(Guid run) => Path.Combine(path, $"{run:D}{LedgerFile.Extension}");

    /// <summary>All there are. Of one that is damaged nobody knows whose it is.</summary>
    /// <exception cref="LedgerException">One cannot be read.</exception>
    public IReadOnlyList<LedgerReading> ReadAll() =>
        Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path, "*" + LedgerFile.Extension).Order(StringComparer.Ordinal).Select(LedgerFile.Read).OfType<LedgerReading>()]
            : [];

    public void Remove(Guid run)
    {
        if (File.Exists(PathOf(run))) File.Delete(PathOf(run));
    }

    /// <summary>Takes away what is about a database that no longer has anything of Godwit's.</summary>
    public void RemoveAll(TargetIdentity target)
    {
        foreach (var reading in ReadAll().Where(r => r.Entries is [.., var last] && last.Target.System == target.System && last.Target.Database == target.Database)) File.Delete(reading.Path);
    }
}
