using System.Buffers;
using System.Security.Cryptography;
using Godwit.Security.Framing;
using Godwit.Security.Keyring;

namespace Godwit.Security.Fields;

/// <summary>
/// Encrypts the values of one column with AES-256-GCM, each bound to table, column, row and key: a blob that is copied to another row does not open there. For any number of threads; neither
/// way allocates.
/// </summary>
/// <param name="keys">The keys, for data or of one person.</param>
/// <param name="column">Where the values stand.</param>
/// <param name="usage">The count that all hosts share of what each key encrypted.</param>
public sealed class FieldCipher(PurposeKeys keys, FieldColumn column, IKeyUsage usage)
{
    /// <summary>How many values are taken from the shared count at once. What a host that ends has not used of it is lost to the key, a thousandth of a percent of what it may.</summary>
    public const int Block = 1 << 14;

    private const int OnStack = 512;

    /// <summary>Whether the active key has encrypted so much that it has to be rotated soon.</summary>
    public bool RotationDemanded => keys.Current.Active?.Budget.RotationDemanded ?? false;

    public static int BlobLength(int valueLength) => checked(valueLength + FieldBlob.Overhead);

    /// <summary>Makes sure that this many values may be encrypted, before a batch of them.</summary>
    /// <exception cref="KeyringException">The key has encrypted as many values as a key may: rotate it.</exception>
    public async ValueTask ReserveAsync(long values, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(values);
        var key = keys.HoldActive();
        try
        {
            if (key.Budget.Promise(values) is not (> 0 and var missing)) return;
            var promised = false;
            try
            {
                promised = key.Budget.TryGrant(await usage.AddAsync(key.Id, Math.Max(missing, Block), cancellation), Math.Max(missing, Block), missing);
            }
            finally
            {
                if (!promised) key.Budget.Break(values);
            }
            if (!promised) throw new KeyringException($"key {key.Id} has encrypted as many values as one key may: rotate it");
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
    public int Encrypt(ReadOnlySpan<byte> value, ReadOnlySpan<byte> rowKey, Span<byte> blob)
    {
        blob = blob[..BlobLength(value.Length)];
        var key = keys.HoldActive();
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
        var blob = new byte[BlobLength(value.Length)];
        // A second time when the key was rotated in between.
        for (var attempt = 0; ; attempt++)
        {
            await ReserveAsync(1, cancellation);
            try
            {
                Encrypt(value.Span, rowKey.Span, blob);
                return blob;
            }
            catch (KeyringException e) when (e.MayRetry && attempt < 2)
            {
                continue;
            }
        }
    }

    /// <summary>Decrypts a value.</summary>
    /// <param name="blob">The blob as it stands in the row.</param>
    /// <param name="rowKey">The row's key.</param>
    /// <param name="value">At least as long as the blob less <see cref="FieldBlob.Overhead"/>.</param>
    /// <returns>How many bytes the value has.</returns>
    /// <exception cref="FieldUnreadableException">It is not what was encrypted for this row. Nothing of it was given out.</exception>
    public int Decrypt(ReadOnlySpan<byte> blob, ReadOnlySpan<byte> rowKey, Span<byte> value)
    {
        if (FieldBlob.KeyIdOf(blob) is not { } id || keys.Current.Find(id) is not { } key) throw new FieldUnreadableException();
        var length = blob.Length - FieldBlob.Overhead;
        try
        {
            key.Hold();
        }
        catch (ObjectDisposedException)
        {
            // Retired since the line above.
            throw new FieldUnreadableException();
        }
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
    public bool IsCurrent(ReadOnlySpan<byte> blob) => keys.Current.Active is { } active && FieldBlob.KeyIdOf(blob) == active.Id;

    /// <param name="header">Version and key id, authenticated as they stand in the blob.</param>
    private void Run(KeyMaterial key, ReadOnlySpan<byte> header, ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output, Span<byte> newTag, ReadOnlySpan<byte> tag)
    {
        var length = column.Frame.Length + FrameWriter.LengthOf(rowKey.Length) + header.Length;
        byte[]? rented = null;
        var buffer = length <= OnStack ? stackalloc byte[OnStack] : rented = ArrayPool<byte>.Shared.Rent(length);
        AesGcm? cipher = null;
        try
        {
            var data = new FrameWriter(buffer);
            data.Fixed(column.Frame);
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
