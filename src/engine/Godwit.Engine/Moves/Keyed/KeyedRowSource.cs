using System.Collections.Concurrent;
using Godwit.Engine.Keys;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>A source of a move some of whose columns are encrypted, indexed or hashed on the way: its readers give what the target is to hold, or what is compared with it.</summary>
public sealed class KeyedRowSource : IRowSource
{
    private readonly IRowSource _plain;
    private readonly IRunKeyring _keyring;
    private readonly IReadOnlyDictionary<KeyPurpose, PurposeKeys> _keys;
    private readonly Dictionary<string, KeyedTable> _tables;
    private readonly ConcurrentDictionary<(string Table, RowIdRange Range), RangeKeys> _ranges = new();

    private KeyedRowSource(IRowSource plain, IRunKeyring keyring, IReadOnlyDictionary<KeyPurpose, PurposeKeys> keys, Dictionary<string, KeyedTable> tables) =>
        (_plain, _keyring, _keys, _tables) = (plain, keyring, keys, tables);

    /// <summary>Opens the keys of a plan's columns; the source itself where there are none.</summary>
    /// <param name="plain">The source.</param>
    /// <param name="plan">The move.</param>
    /// <param name="keyring">Of the target.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="KeyringException">Keys cannot be had.</exception>
    public static async Task<IRowSource> OpenAsync(IRowSource plain, MovePlan plan, IRunKeyring keyring, CancellationToken cancellation)
    {
        if (KeyedMoves.Purposes(plan).Count == 0) return plain;
        var (keys, tables) = await OpenTablesAsync(plan, keyring, cancellation);
        return new KeyedRowSource(plain, keyring, keys, tables);
    }

    /// <summary>What rows of a plan's tables go through before they are digested, where nothing is read of the source.</summary>
    /// <exception cref="KeyringException">Keys cannot be had.</exception>
    public static async Task<Func<TablePlan, IRowOpener?>> OpenersAsync(MovePlan plan, IRunKeyring keyring, CancellationToken cancellation)
    {
        if (KeyedMoves.Purposes(plan).Count == 0) return _ => null;
        var tables = await OpenTablesAsync(plan, keyring, cancellation);
        return table => tables.Tables.TryGetValue(table.TargetName, out var keyed) ? new RowOpener(keyed) : null;
    }

    private static async Task<(Dictionary<KeyPurpose, PurposeKeys> Keys, Dictionary<string, KeyedTable> Tables)> OpenTablesAsync(MovePlan plan, IRunKeyring keyring, CancellationToken cancellation)
    {
        var keys = new Dictionary<KeyPurpose, PurposeKeys>();
        foreach (var purpose in KeyedMoves.Purposes(plan)) keys[purpose] = await keyring.OpenAsync(purpose, cancellation);
        var usage = keyring.Usage;
        return (keys, plan.Tables.Where(KeyedMoves.IsKeyed).ToDictionary(t => t.TargetName, t => KeyedTable.Open(plan, t, keys, usage), StringComparer.Ordinal));
    }

    public IRowReader OpenReader(TablePlan table, ReadPurpose purpose)
    {
        var plain = _plain.OpenReader(table, purpose);
        return purpose == ReadPurpose.Quarantine || Find(table) is not { } keyed ? plain : new KeyedRowReader(plain, keyed, purpose, range => _ranges.GetValueOrDefault((table.TargetName, range), RangeKeys.None));
    }

    public ISecondDecoder CreateSecondDecoder(TablePlan table) =>
        Find(table) is { } keyed ? new KeyedSecondDecoder(_plain.CreateSecondDecoder(keyed.Invertible), keyed) : _plain.CreateSecondDecoder(table);

    public bool HasChanged() => _plain.HasChanged();

    public IRowOpener? CreateOpener(TablePlan table) => Find(table) is { } keyed ? new RowOpener(keyed) : null;

    public void Know(ILookup<string, CopiedRange> ranges)
    {
        foreach (var table in _tables.Values.Select(t => t.Plan))
        {
            foreach (var range in ranges[table.TargetName].Where(r => r.Keys is not null)) _ranges[(table.TargetName, table.Ranges[range.Ordinal])] = RangeKeys.Parse(range.Keys!);
        }
    }

    /// <summary>
    /// The keys that are active now are the range's, whatever is rotated while it is copied. Until what is given back is disposed of, after the range has committed, this host acknowledges no newer
    /// keyring: no key is retired whose values are still on their way.
    /// </summary>
    /// <exception cref="KeyringException">The keyring cannot be read, or has no active key.</exception>
    public async ValueTask<IRangeWrite?> BeginRangeAsync(TablePlan table, int ordinal, CancellationToken cancellation)
    {
        if (Find(table) is null) return null;
        await _keyring.RefreshAsync(now: false, cancellation);
        var write = new Write([.. _keys.Values.Select(k => k.BeginWrite())]);
        try
        {
            var purposes = KeyedMoveColumn.In(table).Select(c => c.Purpose).Distinct().ToDictionary(p => p, p => _keys[p].Current.Active?.Id ?? throw new KeyringException($"there is no active key for {p}: create one", mayRetry: true));
            var keys = new RangeKeys(Of(KeyPurpose.Index), Of(KeyPurpose.Pepper));
            _ranges[(table.TargetName, table.Ranges[ordinal])] = keys;
            write.Keys = keys.Text;
            return write;

            KeyId? Of(KeyPurpose purpose) => purposes.TryGetValue(purpose, out var id) ? id : null;
        }
        catch
        {
            write.Dispose();
            throw;
        }
    }

    private KeyedTable? Find(TablePlan table) => _tables.GetValueOrDefault(table.TargetName);

    private sealed class Write(IReadOnlyList<KeyWrite> writes) : IRangeWrite
    {
        public string Keys { get; set; } = "";

        public void Dispose()
        {
            foreach (var write in writes) write.Dispose();
        }
    }
}
