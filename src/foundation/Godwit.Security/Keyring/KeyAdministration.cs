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

    /// <summary>
    /// Makes the next key and has it write at once: for where no host has the keyring loaded. Where one has, it would read nothing that the key wrote: announce it, wait, activate it.
    /// </summary>
    /// <exception cref="KeyringException">The purpose has no active key to rotate, or an announced one; or a host works with the keyring.</exception>
    public Task<KeyRecord> RotateAsync(KeyPurpose purpose, CancellationToken cancellation) => ChangeAsync(
        async snapshot =>
        {
            if (snapshot.ActiveOf(purpose) is null) throw new KeyringException($"{purpose} has no active key: create one");
            if (snapshot.Of(purpose).Any(k => k.State == KeyState.Announced)) throw new KeyringException($"{purpose} has an announced key: activate or retire it");
            // Nobody can know a key that is not there yet: whoever is there at all is behind it.
            if (await dependents.HostsBehindAsync(snapshot.Version + 1, cancellation) is { Count: > 0 } hosts)
                throw new KeyringException($"{string.Join(", ", hosts)} could not read what the next {purpose} key writes: announce it, and activate it when they have loaded the keyring");
            return Activated(snapshot, (await NewAsync(snapshot, purpose, KeyState.Announced, cancellation))[0]);
        },
        cancellation);

    /// <summary>
    /// Takes a key out of use. What still needs it is looked for only when every host has acknowledged that another took its place: one that has not goes on writing with it.
    /// </summary>
    /// <exception cref="KeyringException">It is active, a host may still write with it, or something still needs it.</exception>
    public Task<KeyRecord> RetireAsync(KeyId id, CancellationToken cancellation) => ChangeAsync(
        async snapshot =>
        {
            var key = Require(snapshot, id, KeyState.Retired);
            if (key.State == KeyState.DecryptOnly) await RequireKnownAsync(key, "still write with it", cancellation);
            if (await dependents.UsersOfAsync(key, cancellation) is { Count: > 0 } users)
                throw new KeyringException($"key {id} is still needed by {string.Join(", ", users)}: take them to the active key first");
            return [key with { State = KeyState.Retired, RetiredAt = time.GetUtcNow() }];
        },
        cancellation);

    /// <summary>Takes the wrapped bytes of a retired key out of the keyring. What a backup holds under it can be read only with a keyring of that time.</summary>
    /// <exception cref="KeyringException">It is not retired, a host has not heard of that, or something needs it after all.</exception>
    public Task<KeyRecord> DestroyAsync(KeyId id, CancellationToken cancellation) => ChangeAsync(
        async snapshot =>
        {
            var key = Require(snapshot, id, KeyState.Destroyed);
            await RequireKnownAsync(key, "still have it", cancellation);
            // Once more, now that no host has it: what was written between the last look and then would be lost with it.
            if (await dependents.UsersOfAsync(key, cancellation) is { Count: > 0 } users)
                throw new KeyringException($"key {id} is needed by {string.Join(", ", users)} although it is retired: it stays");
            return [key with { State = KeyState.Destroyed, Wrapped = [] }];
        },
        cancellation);

    /// <summary>
    /// Wraps one key after another under the current master key, each in a change of its own: killed anywhere, the next call goes on with those that are left. The former master key can go once
    /// this has ended and every backup of the keyring from before is gone. A key that does not unwrap holds up none of the others.
    /// </summary>
    /// <returns>How many were wrapped anew.</returns>
    /// <exception cref="KeyringException">Some do not unwrap, and are as they were; all others were wrapped anew.</exception>
    public async Task<int> RewrapAsync(CancellationToken cancellation)
    {
        var done = 0;
        var failed = new Dictionary<KeyId, KeyringException>();
        while (true)
        {
            var keyring = await LoadAsync(cancellation);
            if (keyring.Keys.FirstOrDefault(k => NeedsRewrap(k) && !failed.ContainsKey(k.Id)) is not { } left)
            {
                // Where only destroyed keys are left, the seal is all that the former master key still holds.
                if (failed.Count > 0 || keyring.Seal is null || keyring.Seal.MasterKeyId == masters.Current.Id) break;
                await store.TrySaveAsync(await KeyringSeal.PutAsync(keyring.With(keyring.Keys), masters, cancellation), [], cancellation);
                continue;
            }
            try
            {
                // Nothing where another was faster, or destroyed the key: what was loaded before is never written back.
                var rewrapped = await TryChangeAsync(
                    async snapshot => snapshot.Find(left.Id) is { } key && NeedsRewrap(key)
                        ? [key with { MasterKeyId = masters.Current.Id, Wrapped = await KeyWrap.RewrapAsync(masters, key, audit, time, cancellation) }]
                        : [],
                    cancellation);
                if (rewrapped is not null) done++;
            }
            catch (KeyringException e) when (!e.MayRetry)
            {
                failed[left.Id] = e;
            }
        }
        return failed.Count == 0 ? done
            : throw new KeyringException($"{done} keys were wrapped anew, and {failed.Count} not: {string.Join("; ", failed.Values.Select(e => e.Message))}", mayRetry: false, failed.Values.First());

        bool NeedsRewrap(KeyRecord key) => key.State != KeyState.Destroyed && key.MasterKeyId != masters.Current.Id;
    }

    /// <exception cref="KeyringException">There is no such key.</exception>
    public async Task<KeyState> StateOfAsync(KeyId id, CancellationToken cancellation) =>
        (await store.LoadAsync(cancellation)).Find(id)?.State ?? throw new KeyringException($"there is no key {id}");

    /// <summary>Every key, and whether it has to be rotated.</summary>
    public async Task<IReadOnlyList<(KeyRecord Key, KeyAge Age)>> StatusAsync(RotationPolicy policy, CancellationToken cancellation)
    {
        var status = new List<(KeyRecord, KeyAge)>();
        foreach (var key in (await LoadAsync(cancellation)).Keys)
            status.Add((key, policy.Judge(key, await usage.CountAsync(key.Id, cancellation), time.GetUtcNow())));
        return status;
    }

    /// <summary>Nothing is decided on a keyring that somebody changed who may not, and nothing sealed that he has put there.</summary>
    private async Task<KeyringSnapshot> LoadAsync(CancellationToken cancellation)
    {
        var keyring = await store.LoadAsync(cancellation);
        await KeyringSeal.CheckAsync(keyring, masters, cancellation);
        return keyring;
    }

    private async Task<IReadOnlyList<KeyRecord>> NewAsync(KeyringSnapshot snapshot, KeyPurpose purpose, KeyState state, CancellationToken cancellation)
    {
        if (purpose == KeyPurpose.PersonData) throw new KeyringException($"keys for {purpose} are those of single persons: the keyring has none");
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

    /// <summary>Asks whether every host works with the keyring that has the key in its state of now.</summary>
    private async Task RequireKnownAsync(KeyRecord key, string consequence, CancellationToken cancellation)
    {
        if (await dependents.HostsBehindAsync(key.StateVersion, cancellation) is { Count: > 0 } behind)
        {
            throw new KeyringException(
                $"{string.Join(", ", behind)} do not know that key {key.Id} is {key.State}, and {consequence}: wait until they have loaded keyring {key.StateVersion}", mayRetry: true);
        }
    }

    private async Task<KeyRecord> ChangeAsync(Func<KeyringSnapshot, Task<IReadOnlyList<KeyRecord>>> decide, CancellationToken cancellation) =>
        await TryChangeAsync(decide, cancellation) ?? throw new InvalidOperationException("a change of no key");

    /// <param name="decide">The changed keys, the one to return first; none when there is nothing to change any more.</param>
    /// <returns>Null when nothing was changed.</returns>
    private async Task<KeyRecord?> TryChangeAsync(Func<KeyringSnapshot, Task<IReadOnlyList<KeyRecord>>> decide, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var snapshot = await LoadAsync(cancellation);
            var changed = await decide(snapshot);
            if (changed.Count == 0) return null;
            foreach (var key in changed) RequireStep(snapshot.Find(key.Id), key);
            changed = [.. changed.Select(k => snapshot.Find(k.Id)?.State == k.State ? k : k with { StateVersion = snapshot.Version + 1 })];
            ImmutableArray<KeyChange> changes =
                [.. changed.Select(k => new KeyChange(k.Id, k.Purpose, k.Version, snapshot.Find(k.Id)?.State, k.State, k.MasterKeyId, time.GetUtcNow()))];
            var next = snapshot.With([.. snapshot.Keys.Where(k => changed.All(c => c.Id != k.Id)), .. changed]);
            if (await store.TrySaveAsync(await KeyringSeal.PutAsync(next, masters, cancellation), changes, cancellation)) return changed[0];
        }
        throw new KeyringException($"the keyring was changed by others {MostAttempts} times in a row", mayRetry: true);
    }
}
