using System.Security.Cryptography;

namespace Godwit.Security.Keyring;

/// <summary>
/// The bytes of one key in this process. They lie in memory that the collector does not copy elsewhere, leave it for no string and no message, and are zeroed as soon as the key was
/// given up and the last call that works with it has ended: never under such a call, which would compute with zeros.
/// </summary>
public sealed class KeyMaterial : IDisposable
{
    public const int Length = 32;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
    private readonly long[] _uses = new long[Enum.GetValues<KeyOperation>().Length];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<IDisposable> _attached = [];
    private int _holders = 1, _givenUp;

    /// <summary>Takes a copy; the caller zeroes its own.</summary>
    internal KeyMaterial(KeyId id, KeyPurpose purpose, int version, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new KeyringException($"key {id} has not {Length} bytes");
        (Id, Purpose, Version) = (id, purpose, version);
        bytes.CopyTo(_bytes);
        Ciphers = new CipherPool(this);
    }

    public KeyId Id { get; }

    public KeyPurpose Purpose { get; }

    public int Version { get; }

    /// <summary>Called once, after the last use and before the bytes are zeroed: the counts are whole then.</summary>
    internal Action<KeyMaterial>? LastUsed { get; set; }

    /// <summary>Ends when the bytes are zeros.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>How many values it may still encrypt in this process.</summary>
    internal KeyBudget Budget { get; } = new();

    internal CipherPool Ciphers { get; }

    /// <summary>Only between <see cref="Hold"/> and <see cref="Release"/>.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes;

    internal bool IsZeroed => Volatile.Read(ref _holders) == 0;

    /// <exception cref="ObjectDisposedException">The key was given up.</exception>
    internal void Hold() => ObjectDisposedException.ThrowIf(!TryHold(), this);

    /// <returns>False when the key was given up.</returns>
    internal bool TryHold()
    {
        var holders = Volatile.Read(ref _holders);
        while (holders != 0)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders) return true;
            holders = seen;
        }
        return false;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0) return;
        LastUsed?.Invoke(this);
        lock (_lock)
        {
            foreach (var copy in _attached) copy.Dispose();
        }
        Ciphers.Dispose();
        CryptographicOperations.ZeroMemory(_bytes);
        _ended.SetResult();
    }

    /// <summary>Has something that was made of the bytes end together with them. Only while the key is held.</summary>
    internal void Attach(IDisposable copy)
    {
        lock (_lock) _attached.Add(copy);
    }

    internal void Count(KeyOperation operation) => Interlocked.Increment(ref _uses[(int)operation]);

    /// <summary>How often the key was used for something since the last time this was asked.</summary>
    internal long TakeCount(KeyOperation operation) => Interlocked.Exchange(ref _uses[(int)operation], 0);

    public override string ToString() => $"{Purpose} key {Version} ({Id})";

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _givenUp, 1) == 0) Release();
    }
}
