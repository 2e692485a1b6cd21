using System.Collections.Immutable;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Keyring;

/// <summary>
/// Makes keys, and takes them from one state to the next. Each call is one change of the stored keyring, decided on the keyring that it replaces: of two administrators at once, the second
/// decides anew on what the first has left.
/// </summary>
public sealed class KeyAdministration(IKeyStore store, MasterKeys masters, IKeyAudit audit, IKeyDependents dependents, IKeyUsage usage, TimeProvider time)
{
    private const int MostAttempts = 20;

    /// <summary>Makes the first key of a purpose, active at once.</summary>
    /// <exception cref="KeyringException">The purpose has an active key.</exception>
    public Task<KeyRecord> CreateAsync(KeyPurpose purpose, CancellationToken cancellation) => ChangeAsync(
        async snapshot => snapshot.ActiveOf(purpose) is { } active
            ? throw new KeyringException($"{purpose} has an active key already, {active.Id}: rotate it")
            : await NewAsync(snapshot, purpose, KeyState.Active, cancellation),
        cancellation);

    /// <summary>Makes the next key of a purpose and lets every host know it, before <see cref="ActivateAsync"/> has them use it.</summary>
    /// <exception cref="KeyringException">One is announced already.</exception>
    public Task<KeyRecord> AnnounceAsync(KeyPurpose purpose, CancellationToken cancellation) => ChangeAsync(
        async snapshot => snapshot.Of(purpose).FirstOrDefault(k => k.State == KeyState.Announced) is { } announced
            ? throw new KeyringException($"{purpose} has an announced key already, {announced.Id}: activate or retire it")
            : await NewAsync(snapshot, purpose, KeyState.Announced, cancellation),
        cancellation);

    /// <summary>Has an announced key write from now on; the one before it decrypts only.</summary>
    /// <exception cref="KeyringException">It is not announced, or a host does not know it yet.</exception>
    public Task<KeyRecord> ActivateAsync(KeyId id, CancellationToken cancellation) => ChangeAsync(
        async snapshot =>
        {
            var key = Require(snapshot, id, KeyState.Active);
            if (await dependents.HostsBehindAsync(key.SinceVersion, cancellation) is { Count: > 0 } behind)
                throw new KeyringException($"{string.Join(", ", behind)} do not know key {id} yet, and could not read what it writes: wait until they have loaded keyring {key.SinceVersion}", mayRetry: true);
            return Activated(snapshot, key);
        },
        cancellation);

    /// <summary>Makes the next key and has it write at once: for where one host is, or where others load the keyring when they meet a key that they do not know.</summary>
    /// <exception cref="KeyringException">The purpose has no active key to rotate, or an announced one.</exception>
    public Task<KeyRecord> RotateAsync(KeyPurpose purpose, CancellationToken cancellation) => ChangeAsync(
        async snapshot =>
        {
            if (snapshot.ActiveOf(purpose) is null) throw new KeyringException($"{purpose} has no active key: create one");
            if (snapshot.Of(purpose).Any(k => k.State == KeyState.Announced)) throw new KeyringException($"{purpose} has an announced key: activate or retire it");
            return Activated(snapshot, (await NewAsync(snapshot, purpose, KeyState.Announced, cancellation))[0]);
        },
        cancellation);

    /// <summary>Takes a key out of use.</summary>
    /// <exception cref="KeyringException">It is active, or something still needs it.</exception>
    public Task<KeyRecord> RetireAsync(KeyId id, CancellationToken cancellation) => ChangeAsync(
        async snapshot =>
        {
            var key = Require(snapshot, id, KeyState.Retired);
            if (await dependents.UsersOfAsync(key, cancellation) is { Count: > 0 } users)
                throw new KeyringException($"key {id} is still needed by {string.Join(", ", users)}: take them to the active key first");
            return [key with { State = KeyState.Retired, RetiredAt = time.GetUtcNow() }];
        },
        cancellation);

    /// <summary>Takes the wrapped bytes of a retired key out of the keyring. What a backup holds under it can be read only with a keyring of that time.</summary>
    /// <exception cref="KeyringException">It is not retired.</exception>
    public Task<KeyRecord> DestroyAsync(KeyId id, CancellationToken cancellation) => ChangeAsync(
        snapshot => Task.FromResult<IReadOnlyList<KeyRecord>>([Require(snapshot, id, KeyState.Destroyed) with { State = KeyState.Destroyed, Wrapped = [] }]), cancellation);

    /// <summary>
    /// Wraps one key after another under the current master key, each in a change of its own: killed anywhere, the next call goes on with those that are left. The former master key can go once
    /// this has ended and every backup of the keyring from before is gone.
    /// </summary>
    /// <returns>How many were wrapped anew.</returns>
    public async Task<int> RewrapAsync(CancellationToken cancellation)
    {
        for (var done = 0; ; done++)
        {
            var left = (await store.LoadAsync(cancellation)).Keys.FirstOrDefault(NeedsRewrap);
            if (left is null) return done;
            await ChangeAsync(
                async snapshot => snapshot.Find(left.Id) is { } key && NeedsRewrap(key)
                    ? [key with { MasterKeyId = masters.Current.Id, Wrapped = await KeyWrap.RewrapAsync(masters, key, audit, time, cancellation) }]
                    : [left],
                cancellation);
        }

        bool NeedsRewrap(KeyRecord key) => key.State != KeyState.Destroyed && key.MasterKeyId != masters.Current.Id;
    }

    /// <summary>Every key, and whether it has to be rotated.</summary>
    public async Task<IReadOnlyList<(KeyRecord Key, KeyAge Age)>> StatusAsync(RotationPolicy policy, CancellationToken cancellation)
    {
        var status = new List<(KeyRecord, KeyAge)>();
        foreach (var key in (await store.LoadAsync(cancellation)).Keys)
            status.Add((key, policy.Judge(key, await usage.CountAsync(key.Id, cancellation), time.GetUtcNow())));
        return status;
    }

    private async Task<IReadOnlyList<KeyRecord>> NewAsync(KeyringSnapshot snapshot, KeyPurpose purpose, KeyState state, CancellationToken cancellation)
    {
        var (id, version, now) = (KeyId.Create(time), snapshot.NextVersionOf(purpose), time.GetUtcNow());
        return
        [
            new KeyRecord
            {
                Id = id, Purpose = purpose, Version = version, State = state, CreatedAt = now, ActivatedAt = state == KeyState.Active ? now : null, SinceVersion = snapshot.Version + 1,
                StateVersion = snapshot.Version + 1,
                MasterKeyId = masters.Current.Id, Wrapped = await KeyWrap.WrapNewAsync(masters.Current, id, purpose, version, cancellation),
            },
        ];
    }

    private IReadOnlyList<KeyRecord> Activated(KeyringSnapshot snapshot, KeyRecord key)
    {
        var now = time.GetUtcNow();
        var activated = key with { State = KeyState.Active, ActivatedAt = now };
        return snapshot.ActiveOf(key.Purpose) is { } former ? [activated, former with { State = KeyState.DecryptOnly, ReplacedAt = now }] : [activated];
    }

    private static KeyRecord Require(KeyringSnapshot snapshot, KeyId id, KeyState next)
    {
        if (snapshot.Find(id) is not { } key) throw new KeyringException($"there is no key {id}");
        return key.State.MayBecome(next) ? key : throw new KeyringException($"key {id} is {key.State}, and cannot become {next}{(key.State == KeyState.Active ? ": rotate it first" : "")}");
    }

    /// <summary>What a change does to a key, whoever thought of it: a decision that was made on an older keyring would take a key back to what it was.</summary>
    private static void RequireStep(KeyRecord? former, KeyRecord next)
    {
        var allowed = former is null ? next.State is KeyState.Announced or KeyState.Active
            : (former.State == next.State ? former.State != KeyState.Destroyed : former.State.MayBecome(next.State)) && (former.Purpose, former.Version) == (next.Purpose, next.Version);
        if (!allowed) throw new InvalidOperationException($"key {next.Id} would go from {former?.State.ToString() ?? "nothing"} to {next.State}");
    }

    /// <param name="decide">The changed keys, the one to return first.</param>
    private async Task<KeyRecord> ChangeAsync(Func<KeyringSnapshot, Task<IReadOnlyList<KeyRecord>>> decide, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var snapshot = await store.LoadAsync(cancellation);
            var changed = await decide(snapshot);
            foreach (var key in changed) RequireStep(snapshot.Find(key.Id), key);
            changed = [.. changed.Select(k => snapshot.Find(k.Id)?.State == k.State ? k : k with { StateVersion = snapshot.Version + 1 })];
            ImmutableArray<KeyChange> changes =
                [.. changed.Select(k => new KeyChange(k.Id, k.Purpose, k.Version, snapshot.Find(k.Id)?.State, k.State, k.MasterKeyId, time.GetUtcNow()))];
            var next = snapshot.With([.. snapshot.Keys.Where(k => changed.All(c => c.Id != k.Id)), .. changed]);
            if (await store.TrySaveAsync(next, changes, cancellation)) return changed[0];
        }
        throw new KeyringException($"the keyring was changed by others {MostAttempts} times in a row", mayRetry: true);
    }
}
