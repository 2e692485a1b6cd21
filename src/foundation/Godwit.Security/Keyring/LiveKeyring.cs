using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Keyring;

/// <summary>
/// The keys of one host: loaded and unwrapped once, then used without asking anybody. <see cref="RefreshAsync"/> brings what others changed; what was given out by
/// <see cref="OpenAsync"/> follows by itself.
/// </summary>
public sealed class LiveKeyring : IAsyncDisposable
{
    private readonly IKeyStore _store;
    private readonly MasterKeys _masters;
    private readonly IKeyAudit _audit;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<KeyPurpose, PurposeKeys> _open = [];
    private readonly Dictionary<KeyId, KeyMaterial> _materials = [];
    private readonly List<KeyUse> _unreported = [];
    private KeyringSnapshot _snapshot = KeyringSnapshot.Empty;
    private DateTimeOffset _countingSince;
    private bool _disposed;

    private LiveKeyring(IKeyStore store, MasterKeys masters, IKeyAudit audit, TimeProvider time)
    {
        (_store, _masters, _audit, _time) = (store, masters, audit, time);
        _countingSince = time.GetUtcNow();
    }

    /// <summary>The version that this host works with: what it tells others that it knows.</summary>
    public long Version => Volatile.Read(ref _snapshot).Version;

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

    /// <summary>Loads the keyring again, unwraps what is new, and zeroes what was retired.</summary>
    /// <returns>Whether anything had changed.</returns>
    /// <exception cref="KeyringException">A new key cannot be unwrapped, the keyring was changed by hand, or the store went back to an older one; what was loaded before stays in use.</exception>
    public async Task<bool> RefreshAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var next = await _store.LoadAsync(cancellation);
            if (next.Version == _snapshot.Version) return false;
            if (next.Version < _snapshot.Version)
                throw new KeyringException($"the keyring went back from version {_snapshot.Version} to {next.Version}: it was restored from a backup. Find out what was written since, and start again");
            await KeyringSeal.CheckAsync(next, _masters, cancellation);
            var sets = new List<(PurposeKeys Keys, KeySet Set)>();
            foreach (var keys in _open.Values) sets.Add((keys, await SetOfAsync(next, keys.Purpose, cancellation)));
            // Only after every new key could be had: a host works with one keyring, not with parts of two.
            foreach (var (keys, set) in sets) keys.Current = set;
            Volatile.Write(ref _snapshot, next);
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

    /// <summary>Notes the last uses, and zeroes all keys.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_disposed) return;
            _disposed = true;
            foreach (var material in _materials.Values.ToList()) GiveUp(material);
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
                _materials[record.Id] = material = await KeyWrap.OpenAsync(_masters, record, _audit, _time, cancellation);
            all.Add(material);
            if (record.State == KeyState.Active) active = material;
            if (record.State == KeyState.Announced) announced.Add(material);
        }
        return new KeySet(snapshot.Version, active, all, announced);
    }

    private async Task ReportAsync(CancellationToken cancellation)
    {
        foreach (var material in _materials.Values) TakeCounts(material);
        if (_unreported.Count > 0) await _audit.UsedAsync([.. _unreported], cancellation);
        _unreported.Clear();
        _countingSince = _time.GetUtcNow();
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
        TakeCounts(material);
        _materials.Remove(material.Id);
        material.Dispose();
    }
}
