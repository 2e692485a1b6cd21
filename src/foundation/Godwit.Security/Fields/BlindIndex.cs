using System.Buffers;
using System.Security.Cryptography;
using Godwit.Security.Framing;
using Godwit.Security.Keyring;

namespace Godwit.Security.Fields;

/// <summary>
/// Finds an encrypted value by equality without decrypting any: key id (16 bytes), then HMAC-SHA-256 over purpose, the normalization's name, tenant and the normalised value, with a key that
/// serves nothing else. Whoever has the database sees which rows of a tenant have the same value, and nothing more; whoever has the key can try values.
/// </summary>
public sealed class BlindIndex
{
    /// <summary>Bytes of an index.</summary>
    public const int Length = KeyId.Length + HMACSHA256.HashSizeInBytes;

    private const int OnStack = 512;

    private readonly PurposeKeys _keys;
    private readonly IndexNormalization _normalization;
    private readonly byte[] _frame;

    /// <param name="keys">Keys for indexes: <see cref="KeyPurpose.Index"/>, or a module's own such as <c>index-invoices</c>.</param>
    /// <param name="purpose">What is looked up, such as <c>users.email</c>: the same value has another index elsewhere.</param>
    /// <param name="normalization">What counts as the same value.</param>
    /// <exception cref="ArgumentException">The keys are for something else; or the purpose is empty, or not valid Unicode.</exception>
    public BlindIndex(PurposeKeys keys, string purpose, IndexNormalization normalization)
    {
        if (!keys.Purpose.IsOf(KeyPurpose.Index)) throw new ArgumentException($"keys for {keys.Purpose} compute no index", nameof(keys));
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        (_keys, _normalization) = (keys, normalization);
        var label = "godwit blind index"u8;
        byte[] name = StrictText.Bytes(purpose), form = StrictText.Bytes(normalization.Name);
        var frame = new FrameWriter(new byte[FrameWriter.LengthOf(label.Length) + FrameWriter.LengthOf(name.Length) + FrameWriter.LengthOf(form.Length)]);
        frame.Part(label);
        frame.Part(name);
        frame.Part(form);
        _frame = frame.Written.ToArray();
    }

    /// <summary>The key that an index was computed with; it may be a lie.</summary>
    public static KeyId? KeyIdOf(ReadOnlySpan<byte> index) => index.Length == Length ? KeyId.Read(index) : null;

    /// <summary>The index to store, under the active key; allocates nothing for values of up to some hundred characters.</summary>
    /// <param name="tenant">The tenant; empty where there are none.</param>
    /// <param name="value">The value, not normalised.</param>
    /// <param name="index"><see cref="Length"/> bytes.</param>
    /// <exception cref="KeyringException">There is no active key.</exception>
    /// <exception cref="ArgumentException">The value is not valid Unicode, or none that the normalization takes.</exception>
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

    /// <summary>The index under one key: an announced one, to write both while a rotation is prepared (<see cref="KeySet.Announced"/>), or a former one.</summary>
    /// <exception cref="KeyringException">This host has not that key.</exception>
    /// <exception cref="ArgumentException">The value is not valid Unicode, or none that the normalization takes.</exception>
    public void ComputeUnder(KeyId id, ReadOnlySpan<char> tenant, ReadOnlySpan<char> value, Span<byte> index)
    {
        var key = _keys.TryHold(id) ?? throw new KeyringException($"this host has no key {id} for {_keys.Purpose}: load the keyring again", mayRetry: true);
        try
        {
            Compute(key, tenant, value, index);
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>
    /// Every index under which the value may be stored: while a rotation goes on, those of both keys, and from the moment that a key is announced, because another host may write with it already
    /// when this one has not heard that it is active.
    /// </summary>
    /// <exception cref="ArgumentException">The value is not valid Unicode, or none that the normalization takes.</exception>
    /// <exception cref="ObjectDisposedException">The keyring was disposed of.</exception>
    public IReadOnlyList<byte[]> Candidates(ReadOnlySpan<char> tenant, ReadOnlySpan<char> value)
    {
        var indexes = new List<byte[]>();
        while (!TryCandidates(_keys.Live.Lookup, tenant, value, indexes)) indexes.Clear();
        return indexes;
    }

    /// <summary>Whether an index says that it is of the active key.</summary>
    public bool IsCurrent(ReadOnlySpan<byte> index) => _keys.Current.Active is { } active && KeyIdOf(index) == active.Id;

    /// <returns>False when a key was retired meanwhile: the keyring of now is without it.</returns>
    private bool TryCandidates(IReadOnlyList<KeyMaterial> keys, ReadOnlySpan<char> tenant, ReadOnlySpan<char> value, List<byte[]> indexes)
    {
        foreach (var key in keys)
        {
            if (!key.TryHold()) return false;
            try
            {
                var index = new byte[Length];
                Compute(key, tenant, value, index);
                indexes.Add(index);
            }
            finally
            {
                key.Release();
            }
        }
        return true;
    }

    private void Compute(KeyMaterial key, ReadOnlySpan<char> tenant, ReadOnlySpan<char> value, Span<byte> index)
    {
        char[]? rentedText = null;
        byte[]? rentedFrame = null;
        var text = value.Length <= OnStack ? stackalloc char[OnStack] : rentedText = ArrayPool<char>.Shared.Rent(value.Length);
        scoped Span<byte> buffer = [];
        try
        {
            var normalized = text[.._normalization.Apply(value, text)];
            var most = _frame.Length + FrameWriter.LengthOf(StrictText.Encoding.GetMaxByteCount(tenant.Length)) + FrameWriter.LengthOf(StrictText.Encoding.GetMaxByteCount(normalized.Length));
            buffer = most <= 3 * OnStack ? stackalloc byte[3 * OnStack] : rentedFrame = ArrayPool<byte>.Shared.Rent(most);
            var frame = new FrameWriter(buffer);
            frame.Fixed(_frame);
            frame.Text(StrictText.Encoding, tenant);
            frame.Text(StrictText.Encoding, normalized);
            key.Id.Write(index);
            HMACSHA256.HashData(key.Bytes, frame.Written, index.Slice(KeyId.Length, HMACSHA256.HashSizeInBytes));
            key.Count(KeyOperation.Compute);
        }
        finally
        {
            // The value is in both, as far as it was read when something was wrong with it.
            CryptographicOperations.ZeroMemory(buffer);
            text.Clear();
            if (rentedText is not null) ArrayPool<char>.Shared.Return(rentedText);
            if (rentedFrame is not null) ArrayPool<byte>.Shared.Return(rentedFrame);
        }
    }
}
