using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Keyring;

/// <summary>
/// What shows that a stored keyring is as an administrator left it: the SHA-256 of the whole, its version included, wrapped by the master key. Whoever can write to the store and has not the
/// master key cannot make one, so that a key that was set back from retired to active, or given another's bytes, is noticed. An older keyring that is put back whole has a seal that is right:
/// hosts that have seen a newer one notice that, by its version.
/// </summary>
public sealed record KeyringSeal(string MasterKeyId, ImmutableArray<byte> Value)
{
    private static readonly byte[] s_context = "godwit keyring seal"u8.ToArray();

    /// <summary>The same keyring with its seal.</summary>
    public static async Task<KeyringSnapshot> PutAsync(KeyringSnapshot keyring, MasterKeys masters, CancellationToken cancellation) => keyring with
    {
        Seal = new KeyringSeal(masters.Current.Id, ImmutableCollectionsMarshal.AsImmutableArray(await masters.Current.WrapAsync(Hash(keyring), s_context, cancellation))),
    };

    /// <summary>Passes for a keyring that nobody has saved yet.</summary>
    /// <exception cref="KeyringException">The keyring has no seal, or another's; or its master key is not at hand.</exception>
    public static async Task CheckAsync(KeyringSnapshot keyring, MasterKeys masters, CancellationToken cancellation)
    {
        if (keyring is { Version: 0, Keys.Length: 0 }) return;
        if (keyring.Seal is not { } seal) throw Changed(keyring, "it has no seal");
        byte[] hash;
        try
        {
            hash = await masters.Find(seal.MasterKeyId).UnwrapAsync(seal.Value.AsMemory(), s_context, cancellation);
        }
        catch (MasterKeyException e)
        {
            throw e.MayRetry ? new KeyringException($"the seal of the keyring cannot be looked at: {e.Message}", mayRetry: true, e) : Changed(keyring, "its seal does not open");
        }
        if (!CryptographicOperations.FixedTimeEquals(hash, Hash(keyring))) throw Changed(keyring, "its rows are not those that were sealed");
    }

    private static KeyringException Changed(KeyringSnapshot keyring, string how) =>
        new($"keyring {keyring.Version} was changed by somebody who has not the master key: {how}. Find out who can write to where it is kept, and bring back the keyring from a backup");

    private static byte[] Hash(KeyringSnapshot keyring)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[KeyId.Length];
        Number(keyring.Version, number);
        Number(keyring.Lineage.Length, number);
        foreach (var token in keyring.Lineage)
        {
            token.TryWriteBytes(number, bigEndian: true, out _);
            hash.AppendData(number);
        }
        Number(keyring.Keys.Length, number);
        foreach (var key in keyring.Keys)
        {
            key.Id.Write(number);
            hash.AppendData(number);
            Text(Encoding.UTF8.GetBytes(key.Purpose.Name), number);
            Number(key.Version, number);
            Number((int)key.State, number);
            foreach (var at in (ReadOnlySpan<DateTimeOffset?>)[key.CreatedAt, key.ActivatedAt, key.ReplacedAt, key.RetiredAt]) Number(at is { } moment ? Microseconds(moment) : -1, number);
            Number(key.SinceVersion, number);
            Number(key.StateVersion, number);
            Text(Encoding.UTF8.GetBytes(key.MasterKeyId), number);
            Text(key.Wrapped.AsSpan(), number);
        }
        return hash.GetHashAndReset();

        void Text(ReadOnlySpan<byte> bytes, Span<byte> length)
        {
            Number(bytes.Length, length);
            hash.AppendData(bytes);
        }

        void Number(long value, Span<byte> bytes)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            hash.AppendData(bytes[..sizeof(long)]);
        }
    }

    // What a database keeps of a moment.
    private static long Microseconds(DateTimeOffset moment) => moment.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
