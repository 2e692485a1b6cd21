using System.Buffers;
using System.Security.Cryptography;
using Godwit.Security.Framing;
using Godwit.Security.Keyring;

namespace Godwit.Security.Fields;

/// <summary>
/// Encrypts the values of one column with AES-256-GCM, each bound to table, column, row and key: a blob that is copied to another row does not open there. For any number of threads; neither
/// way allocates.
/// </summary>
public sealed class FieldCipher
{
    /// <summary>How many values are taken from the shared count at once. What a host that ends has not used of it is lost to the key, a thousandth of a percent of what it may.</summary>
    public const int Block = 1 << 14;

    private const int OnStack = 512;

    private readonly PurposeKeys _keys;
    private readonly FieldColumn _column;
    private readonly IKeyUsage _usage;
    private readonly RotationPolicy _policy;

    /// <param name="keys">The keys, for data (<see cref="KeyPurpose.Data"/>, or a module's own such as <c>data-invoices</c>) or of one person.</param>
    /// <param name="column">Where the values stand.</param>
    /// <param name="usage">The count that all hosts share of what each key encrypted.</param>
    /// <param name="policy">After how many values a rotation is demanded; the default policy when it is not said.</param>
    /// <exception cref="ArgumentException">The keys are for something else: under the key that wraps persons' keys a value would outlive its person's erasure.</exception>
    public FieldCipher(PurposeKeys keys, FieldColumn column, IKeyUsage usage, RotationPolicy? policy = null)
    {
        if (!keys.Purpose.IsOf(KeyPurpose.Data) && keys.Purpose != KeyPurpose.PersonData) throw new ArgumentException($"keys for {keys.Purpose} encrypt no values", nameof(keys));
        (_keys, _column, _usage, _policy) = (keys, column, usage, policy ?? RotationPolicy.Default);
    }

    /// <summary>Whether the active key has encrypted so much that it has to be rotated soon.</summary>
    public bool RotationDemanded => _keys.Current.Active?.Budget.Total >= _policy.Values;

    public static int BlobLength(int valueLength) => checked(valueLength + FieldBlob.Overhead);

    /// <summary>Makes sure that this many values may be encrypted, before a batch of them. Who may end up encrypting fewer takes <see cref="ReserveBatchAsync"/>.</summary>
    /// <exception cref="KeyringException">The key has encrypted as many values as a key may: rotate it.</exception>
    public async ValueTask ReserveAsync(long values, CancellationToken cancellation) => await ReserveBatchAsync(values, cancellation);

    /// <summary>The same, with a way to give back what was not used of it: what is not given back stays promised, and the next reservation takes more from the shared count than it needs.</summary>
    /// <exception cref="KeyringException">The key has encrypted as many values as a key may: rotate it.</exception>
    public async ValueTask<FieldReservation> ReserveBatchAsync(long values, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(values);
        var key = _keys.HoldActive();
        try
        {
            if (key.Budget.Promise(values) is not (> 0 and var missing)) return new FieldReservation(key.Budget, values);
            var promised = false;
            try
            {
                promised = key.Budget.TryGrant(await _usage.AddAsync(key.Id, Math.Max(missing, Block), cancellation), Math.Max(missing, Block), missing);
            }
            finally
            {
                if (!promised) key.Budget.Break(values);
            }
            return promised ? new FieldReservation(key.Budget, values) : throw new KeyringException($"key {key.Id} has encrypted as many values as one key may: rotate it");
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>Encrypts a value.</summary>
    /// <param name="value">The value; an empty one too. Its length is not hidden.</param>
    /// <param name="rowKey">The row's key (<see cref="RowKey"/>).</param>
    /// <param name="blob">At least <see cref="BlobLength"/> bytes.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="KeyringException">There is no active key, or nothing was reserved with <see cref="ReserveAsync"/>, or the key was rotated since.</exception>
    /// <exception cref="ArgumentException">The row's key is empty: the value would open in every row.</exception>
    public int Encrypt(ReadOnlySpan<byte> value, ReadOnlySpan<byte> rowKey, Span<byte> blob)
    {
        RequireRow(rowKey);
        blob = blob[..BlobLength(value.Length)];
        var key = _keys.HoldActive();
        try
        {
            if (!key.Budget.TryTake()) throw new KeyringException($"nothing is reserved with key {key.Id}: reserve, and encrypt again", mayRetry: true);
            blob[0] = FieldBlob.Version;
            key.Id.Write(blob[1..]);
            RandomNumberGenerator.Fill(blob.Slice(FieldBlob.Nonce, FieldBlob.NonceLength));
            Run(key, blob[..FieldBlob.Nonce], rowKey, blob.Slice(FieldBlob.Nonce, FieldBlob.NonceLength), value, blob.Slice(FieldBlob.Ciphertext, value.Length), blob[^FieldBlob.TagLength..], tag: []);
            key.Count(KeyOperation.Encrypt);
            return blob.Length;
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>Encrypts a value of its own, reserving for it.</summary>
    public async ValueTask<byte[]> EncryptAsync(ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> rowKey, CancellationToken cancellation)
    {
        RequireRow(rowKey.Span);
        var blob = new byte[BlobLength(value.Length)];
        // A second time when the key was rotated in between.
        for (var attempt = 0; ; attempt++)
        {
            var reservation = await ReserveBatchAsync(1, cancellation);
            try
            {
                Encrypt(value.Span, rowKey.Span, blob);
                return blob;
            }
            catch (KeyringException e) when (e.MayRetry && attempt < 2)
            {
                reservation.Release(1);
            }
        }
    }

    /// <summary>Decrypts a value.</summary>
    /// <param name="blob">The blob as it stands in the row.</param>
    /// <param name="rowKey">The row's key.</param>
    /// <param name="value">At least as long as the blob less <see cref="FieldBlob.Overhead"/>.</param>
    /// <returns>How many bytes the value has.</returns>
    /// <exception cref="FieldUnreadableException">It is not what was encrypted for this row. Nothing of it was given out.</exception>
    /// <exception cref="ArgumentException">The row's key is empty.</exception>
    public int Decrypt(ReadOnlySpan<byte> blob, ReadOnlySpan<byte> rowKey, Span<byte> value)
    {
        RequireRow(rowKey);
        if (FieldBlob.KeyIdOf(blob) is not { } id || _keys.Current.Find(id) is not { } key || !key.TryHold()) throw new FieldUnreadableException();
        var length = blob.Length - FieldBlob.Overhead;
        try
        {
            Run(key, blob[..FieldBlob.Nonce], rowKey, blob.Slice(FieldBlob.Nonce, FieldBlob.NonceLength), blob.Slice(FieldBlob.Ciphertext, length), value[..length], newTag: [], blob[^FieldBlob.TagLength..]);
            key.Count(KeyOperation.Decrypt);
            return length;
        }
        catch (AuthenticationTagMismatchException)
        {
            key.Count(KeyOperation.Refuse);
            CryptographicOperations.ZeroMemory(value[..length]);
            // Without the cause, whose stack tells how far it came.
            throw new FieldUnreadableException();
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>Decrypts a value into an array of its own.</summary>
    public byte[] Decrypt(ReadOnlySpan<byte> blob, ReadOnlySpan<byte> rowKey)
    {
        var value = new byte[Math.Max(0, blob.Length - FieldBlob.Overhead)];
        Decrypt(blob, rowKey, value);
        return value;
    }

    /// <summary>Whether a blob says that the active key encrypted it; others are encrypted anew by a rotation.</summary>
    public bool IsCurrent(ReadOnlySpan<byte> blob) => _keys.Current.Active is { } active && FieldBlob.KeyIdOf(blob) == active.Id;

    private static void RequireRow(ReadOnlySpan<byte> rowKey)
    {
        if (rowKey.IsEmpty) throw new ArgumentException("a value belongs to a row, and this is no row's key", nameof(rowKey));
    }

    /// <param name="header">Version and key id, authenticated as they stand in the blob.</param>
    private void Run(KeyMaterial key, ReadOnlySpan<byte> header, ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output, Span<byte> newTag, ReadOnlySpan<byte> tag)
    {
        var length = _column.Frame.Length + FrameWriter.LengthOf(rowKey.Length) + header.Length;
        byte[]? rented = null;
        var buffer = length <= OnStack ? stackalloc byte[OnStack] : rented = ArrayPool<byte>.Shared.Rent(length);
        AesGcm? cipher = null;
        try
        {
            var data = new FrameWriter(buffer);
            data.Fixed(_column.Frame);
            data.Part(rowKey);
            data.Fixed(header);
            cipher = key.Ciphers.Take();
            if (tag.IsEmpty) cipher.Encrypt(nonce, input, output, newTag, data.Written);
            else cipher.Decrypt(nonce, input, tag, output, data.Written);
            key.Ciphers.Return(cipher);
            cipher = null;
        }
        finally
        {
            // One that failed is not used again.
            cipher?.Dispose();
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
