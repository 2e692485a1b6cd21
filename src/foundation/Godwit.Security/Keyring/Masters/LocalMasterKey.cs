using System.Security.Cryptography;

namespace Godwit.Security.Keyring.Masters;

/// <summary>
/// A master key whose bytes are in this process. Each wrapping has a key of its own, derived from the master key and a random salt (HKDF-SHA256, RFC 5869), so that there is no number
/// of wrappings after which nonces might repeat.
/// </summary>
public sealed class LocalMasterKey : IMasterKey, IDisposable
{
    public const int Length = 32;

    private const byte Version = 1;
    private const int SaltLength = 16, NonceLength = 12, TagLength = 16, IdLength = 8, Overhead = 1 + SaltLength + NonceLength + TagLength;

    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
    private readonly Lock _lock = new();
    private bool _disposed;

    private LocalMasterKey(ReadOnlySpan<byte> key)
    {
        key.CopyTo(_key);
        Span<byte> id = stackalloc byte[IdLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, id, [], "godwit master key id"u8);
        Id = Convert.ToHexStringLower(id);
    }

    public string Id { get; }

    public static LocalMasterKey Create()
    {
        Span<byte> key = stackalloc byte[Length];
        try
        {
            RandomNumberGenerator.Fill(key);
            return new LocalMasterKey(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Takes a copy; the caller zeroes its own.</summary>
    /// <exception cref="MasterKeyException">It has not 32 bytes, or they are all the same.</exception>
    public static LocalMasterKey Of(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length) throw new MasterKeyException($"a master key has {Length} bytes");
        if (!key.ContainsAnyExcept(key[0])) throw new MasterKeyException("the bytes of the master key are all the same: it is a placeholder");
        return new LocalMasterKey(key);
    }

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var wrapped = new byte[Overhead + key.Length];
        wrapped[0] = Version;
        RandomNumberGenerator.Fill(wrapped.AsSpan(1, SaltLength + NonceLength));
        using var cipher = Cipher(wrapped.AsSpan(1, SaltLength));
        cipher.Encrypt(wrapped.AsSpan(1 + SaltLength, NonceLength), key.Span, wrapped.AsSpan(1 + SaltLength + NonceLength, key.Length), wrapped.AsSpan(wrapped.Length - TagLength), context.Span);
        return ValueTask.FromResult(wrapped);
    }

    public ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var bytes = wrapped.Span;
        if (bytes.Length < Overhead || bytes[0] != Version) throw new MasterKeyException("what is wrapped is none of this program's, or cut off");
        var key = GC.AllocateUninitializedArray<byte>(bytes.Length - Overhead, pinned: true);
        try
        {
            using var cipher = Cipher(bytes.Slice(1, SaltLength));
            cipher.Decrypt(bytes.Slice(1 + SaltLength, NonceLength), bytes[(1 + SaltLength + NonceLength)..^TagLength], bytes[^TagLength..], key, context.Span);
            return ValueTask.FromResult(key);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new MasterKeyException("what is wrapped was changed, stands in another's place, or was wrapped by another master key", mayRetry: false, e);
        }
    }

    private AesGcm Cipher(ReadOnlySpan<byte> salt)
    {
        Span<byte> derived = stackalloc byte[Length];
        try
        {
            // Never from a key that another thread zeroes meanwhile: what is wrapped under zeros opens for everybody, and for nobody who has the key.
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, derived, salt, "godwit key wrap"u8);
            }
            return new AesGcm(derived, TagLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>The key itself, for its file and its escrow only; the caller zeroes it.</summary>
    internal byte[] Copy()
    {
        var copy = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _key.CopyTo(copy, 0);
        }
        return copy;
    }

    public override string ToString() => $"master key {Id}";

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_key);
        }
    }
}
