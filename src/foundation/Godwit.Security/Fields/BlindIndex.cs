using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Godwit.Security.Framing;
using Godwit.Security.Keyring;

namespace Godwit.Security.Fields;

/// <summary>
/// Finds an encrypted value by equality without decrypting any: key id (16 bytes), then HMAC-SHA-256 over purpose, tenant and the normalised value, with a key that serves nothing else. Whoever
/// has the database sees which rows of a tenant have the same value, and nothing more; whoever has the key can try values.
/// </summary>
public sealed class BlindIndex
{
    /// <summary>Bytes of an index.</summary>
    public const int Length = KeyId.Length + HMACSHA256.HashSizeInBytes;

    private const int OnStack = 512;

    private readonly PurposeKeys _keys;
    private readonly IndexNormalization _normalization;
    private readonly byte[] _frame;

    /// <param name="keys">Keys for indexes.</param>
    /// <param name="purpose">What is looked up, such as <c>users.email</c>: the same value has another index elsewhere.</param>
    /// <param name="normalization">What counts as the same value.</param>
    public BlindIndex(PurposeKeys keys, string purpose, IndexNormalization normalization)
    {
        if (keys.Purpose == KeyPurpose.Data || keys.Purpose == KeyPurpose.Person) throw new ArgumentException("a key that encrypts computes no index", nameof(keys));
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        (_keys, _normalization) = (keys, normalization);
        var label = "godwit blind index"u8;
        var name = Encoding.UTF8.GetBytes(purpose);
        var frame = new FrameWriter(new byte[FrameWriter.LengthOf(label.Length) + FrameWriter.LengthOf(name.Length)]);
        frame.Part(label);
        frame.Part(name);
        _frame = frame.Written.ToArray();
    }

    /// <summary>The key that an index was computed with; it may be a lie.</summary>
    public static KeyId? KeyIdOf(ReadOnlySpan<byte> index) => index.Length == Length ? KeyId.Read(index) : null;

    /// <summary>The index to store, under the active key; allocates nothing for values of up to some hundred characters.</summary>
    /// <param name="tenant">The tenant; empty where there are none.</param>
    /// <param name="value">The value, not normalised.</param>
    /// <param name="index"><see cref="Length"/> bytes.</param>
    /// <exception cref="KeyringException">There is no active key.</exception>
    /// <exception cref="ArgumentException">The value is not valid Unicode.</exception>
    public void Compute(ReadOnlySpan<char> tenant, ReadOnlySpan<char> value, Span<byte> index)
    {
        var key = _keys.HoldActive();
        try
        {
            Compute(key, tenant, value, index);
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>Every index under which the value may be stored: while a rotation goes on, those of both keys.</summary>
    public IReadOnlyList<byte[]> Candidates(ReadOnlySpan<char> tenant, ReadOnlySpan<char> value)
    {
        var keys = _keys.Current.Lookup;
        var indexes = new List<byte[]>(keys.Count);
        foreach (var key in keys)
        {
            var index = new byte[Length];
            key.Hold();
            try
            {
                Compute(key, tenant, value, index);
            }
            finally
            {
                key.Release();
            }
            indexes.Add(index);
        }
        return indexes;
    }

    /// <summary>Whether an index says that it is of the active key.</summary>
    public bool IsCurrent(ReadOnlySpan<byte> index) => _keys.Current.Active is { } active && KeyIdOf(index) == active.Id;

    private void Compute(KeyMaterial key, ReadOnlySpan<char> tenant, ReadOnlySpan<char> value, Span<byte> index)
    {
        char[]? rentedText = null;
        byte[]? rentedFrame = null;
        var text = value.Length <= OnStack ? stackalloc char[OnStack] : rentedText = ArrayPool<char>.Shared.Rent(value.Length);
        try
        {
            text = text[.._normalization.Apply(value, text)];
            var most = _frame.Length + FrameWriter.LengthOf(s_strict.GetMaxByteCount(tenant.Length)) + FrameWriter.LengthOf(s_strict.GetMaxByteCount(text.Length));
            var buffer = most <= 3 * OnStack ? stackalloc byte[3 * OnStack] : rentedFrame = ArrayPool<byte>.Shared.Rent(most);
            var frame = new FrameWriter(buffer);
            frame.Fixed(_frame);
            frame.Text(s_strict, tenant);
            frame.Text(s_strict, text);
            key.Id.Write(index);
            HMACSHA256.HashData(key.Bytes, frame.Written, index.Slice(KeyId.Length, HMACSHA256.HashSizeInBytes));
            key.Count(KeyOperation.Compute);
            CryptographicOperations.ZeroMemory(buffer[..frame.Written.Length]);
        }
        finally
        {
            text.Clear();
            if (rentedText is not null) ArrayPool<char>.Shared.Return(rentedText);
            if (rentedFrame is not null) ArrayPool<byte>.Shared.Return(rentedFrame);
        }
    }

    // A lone surrogate would become the character that stands for what cannot be shown, and two values one.
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
