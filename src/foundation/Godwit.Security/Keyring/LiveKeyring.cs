using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Keyring;

/// <summary>
/// The keys of one host: loaded and unwrapped once, then used without asking anybody. <see cref="RefreshAsync"/> brings what others changed; what was given out by
/// <see cref="OpenAsync"/> follows by itself.
/// </summary>
public sealed class LiveKeyring : IAsyncDisposable
{
    private static readonly TimeSpan s_lastCalls = TimeSpan.FromSeconds(5);

    private readonly IKeyStore _store;
    private readonly MasterKeys _masters;
    private readonly IKeyAudit _audit;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<KeyPurpose, PurposeKeys> _open = [];
    private readonly Dictionary<KeyId, KeyMaterial> _materials = [];
    private readonly Lock _counting = new();
    private readonly List<KeyUse> _unreported = [];
    private readonly List<KeySet> _former = [];
    private KeyringSnapshot _snapshot = KeyringSnapshot.Empty;
    private DateTimeOffset _countingSince;
    private bool _disposed;

    private LiveKeyring(IKeyStore store, MasterKeys masters, IKeyAudit audit, TimeProvider time)
    {
        (_store, _masters, _audit, _time) = (store, masters, audit, time);
        _countingSince = time.GetUtcNow();
    }

    /// <summary>
    /// What this host acknowledges to others: the keyring that it works with, or a former one while something that was begun with that is not stored yet (<see cref="PurposeKeys.BeginWrite"/>).
    /// </summary>
    public KeyringPosition Position
    {
        get
        {
            lock (_former)
            {
                _former.RemoveAll(set => !set.HasWrites);
                return _former.Count > 0 ? _former.MinBy(set => set.KeyringVersion)!.Position : _snapshot.Position;
            }
        }
    }

    /// <summary>The version of <see cref="Position"/>.</summary>
    public long Version => Position.Version;

    /// <exception cref="KeyringException">The keyring was changed by somebody who has not the master key, or that one is not at hand.</exception>
    public static async Task<LiveKeyring> LoadAsync(IKeyStore store, MasterKeys masters, IKeyAudit audit, TimeProvider time, CancellationToken cancellation)
    {
        var keyring = new LiveKeyring(store, masters, audit, time);
        keyring._snapshot = await store.LoadAsync(cancellation);
        await KeyringSeal.CheckAsync(keyring._snapshot, masters, cancellation);
        return keyring;
    }

    /// <summary>The keys of a purpose, unwrapped when they were not yet; each unwrapping is noted.</summary>
    /// <exception cref="KeyringException">A key cannot be unwrapped.</exception>
    public async Task<PurposeKeys> OpenAsync(KeyPurpose purpose, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_open.TryGetValue(purpose, out var open)) return open;
            return _open[purpose] = new PurposeKeys(purpose, await SetOfAsync(_snapshot, purpose, cancellation));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Loads the keyring again, unwraps what is new, and zeroes what was retired. A keyring that did not come of the one that this host has is not followed: hosts that have heard of different keys
    /// would take each other's values for damaged.
    /// </summary>
    /// <returns>Whether anything had changed.</returns>
    /// <exception cref="KeyringException">A new key cannot be unwrapped, the keyring was changed by hand, or the store has one that is older or went another way; what was loaded before stays in use.</exception>
    public async Task<bool> RefreshAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var next = await _store.LoadAsync(cancellation);
            if (next.Position == _snapshot.Position) return false;
            RequireSuccessor(next);
            await KeyringSeal.CheckAsync(next, _masters, cancellation);
            var sets = new List<(PurposeKeys Keys, KeySet Set)>();
            foreach (var keys in _open.Values) sets.Add((keys, await SetOfAsync(next, keys.Purpose, cancellation)));
            // Only after every new key could be had: a host works with one keyring, not with parts of two.
            lock (_former)
            {
                _former.RemoveAll(set => !set.HasWrites);
                foreach (var (keys, set) in sets)
                {
                    _former.Add(keys.Current);
                    keys.Current = set;
                }
                // Who begins to write either sees the new set, or is seen to have begun with the former one.
                Interlocked.MemoryBarrier();
                _snapshot = next;
            }
            foreach (var gone in _materials.Values.Where(m => next.Find(m.Id) is not { } record || !record.State.IsUsable()).ToList()) GiveUp(gone);
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Notes how often each key was used since the last time. What cannot be noted is kept for the next time.</summary>
    public async Task ReportUseAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            await ReportAsync(cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Notes the last uses, and zeroes all keys. Waits for calls that work with a key now, for five seconds at most; a longer one zeroes its key itself, and is not counted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_disposed) return;
            _disposed = true;
            foreach (var keys in _open.Values) keys.Current = KeySet.Ended(_snapshot.Position);
            var materials = _materials.Values.ToList();
            foreach (var material in materials) GiveUp(material);
            try
            {
                await Task.WhenAll(materials.Select(m => m.Ended)).WaitAsync(s_lastCalls, _time);
            }
            catch (TimeoutException)
            {
                // What was counted until now is noted all the same.
                lock (_counting) materials.ForEach(TakeCounts);
            }
            await ReportAsync(CancellationToken.None);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<KeySet> SetOfAsync(KeyringSnapshot snapshot, KeyPurpose purpose, CancellationToken cancellation)
    {
        var all = new List<KeyMaterial>();
        var announced = new List<KeyMaterial>();
        KeyMaterial? active = null;
        foreach (var record in snapshot.Of(purpose).Where(k => k.State.IsUsable()))
        {
            if (!_materials.TryGetValue(record.Id, out var material))
            {
                _materials[record.Id] = material = await KeyWrap.OpenAsync(_masters, record, _audit, _time, cancellation);
                material.LastUsed = key =>
                {
                    lock (_counting) TakeCounts(key);
                };
            }
            all.Add(material);
            if (record.State == KeyState.Active) active = material;
            if (record.State == KeyState.Announced) announced.Add(material);
        }
        return new KeySet(snapshot.Position, active, all, announced);
    }

    private async Task ReportAsync(CancellationToken cancellation)
    {
        List<KeyUse> uses;
        lock (_counting)
        {
            foreach (var material in _materials.Values) TakeCounts(material);
            uses = [.. _unreported];
            _countingSince = _time.GetUtcNow();
        }
        if (uses.Count > 0) await _audit.UsedAsync(uses, cancellation);
        // Only these: a key that was given up adds its last ones whenever its last call ends.
        lock (_counting) _unreported.RemoveRange(0, uses.Count);
    }

    private void RequireSuccessor(KeyringSnapshot next)
    {
        var wrong = next.Version < _snapshot.Version ? $"went back from version {_snapshot.Version} to {next.Version}"
            : !next.DescendsFrom(_snapshot.Position) ? $"of version {next.Version} did not come of version {_snapshot.Version} as this host has it"
            : _snapshot.Keys.FirstOrDefault(k => next.Find(k.Id) is not { } now || !k.State.MayReach(now.State)) is { } key
                ? $"of version {next.Version} has {key} in a state from before, or not at all"
            : null;
        if (wrong is not null) throw new KeyringException($"the keyring {wrong}: it was restored from a backup, or changed by hand. Find out what was written since, and start again");
    }

    private void TakeCounts(KeyMaterial material)
    {
        foreach (var operation in Enum.GetValues<KeyOperation>())
        {
            if (material.TakeCount(operation) is > 0 and var count)
                _unreported.Add(new KeyUse(material.Id, material.Purpose, operation, count, _countingSince, _time.GetUtcNow()));
        }
    }

    private void GiveUp(KeyMaterial material)
    {
        _materials.Remove(material.Id);
        material.Dispose();
    }
}
