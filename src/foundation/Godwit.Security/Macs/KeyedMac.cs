using System.Security.Cryptography;
using Godwit.Security.Framing;
using Godwit.Security.Keyring;

namespace Godwit.Security.Macs;

/// <summary>
/// HMAC-SHA-256 over what this platform hands out and wants to know again: links in mails, refresh tokens. Each is computed under a key derived for its context, so that what is learned of one context says nothing of another.
/// For any number of threads.
/// </summary>
public sealed class KeyedMac
{
    /// <summary>Bytes of a MAC.</summary>
    public const int Length = HMACSHA256.HashSizeInBytes;

    private const int OnStack = 256;

    private readonly PurposeKeys _keys;
    private readonly byte[] _label;

    /// <param name="keys">Keys for links (<see cref="KeyPurpose.Mail"/>), or of a module's own purpose.</param>
    /// <param name="label">What is handed out, such as <c>refresh token</c>: a MAC of one is none of another.</param>
    /// <exception cref="ArgumentException">The keys are for something that has a computation of its own.</exception>
    public KeyedMac(PurposeKeys keys, string label)
    {
        KeyPurpose[] others = [KeyPurpose.Data, KeyPurpose.Index, KeyPurpose.Pepper, KeyPurpose.Token, KeyPurpose.Person, KeyPurpose.PersonData];
        if (others.Any(keys.Purpose.IsOf)) throw new ArgumentException($"keys for {keys.Purpose} compute no MAC", nameof(keys));
        ArgumentException.ThrowIfNullOrEmpty(label);
        (_keys, _label) = (keys, StrictText.Bytes(label));
    }

    /// <summary>The MAC under the active key.</summary>
    /// <param name="context">What the key is derived for.</param>
    /// <param name="data">What is vouched for.</param>
    /// <param name="mac"><see cref="Length"/> bytes.</param>
    /// <returns>The key: it has to be handed out, too.</returns>
    /// <exception cref="KeyringException">There is no active key.</exception>
    public KeyId Compute(ReadOnlySpan<byte> context, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        var key = _keys.HoldActive();
        try
        {
            Run(key, context, data, mac);
            return key.Id;
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>The MAC under one key, which may be a former one.</summary>
    /// <returns>False when this host has not that key.</returns>
    public bool TryCompute(KeyId id, ReadOnlySpan<byte> context, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        if (_keys.TryHold(id) is not { } key) return false;
        try
        {
            Run(key, context, data, mac);
            return true;
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>Whether a MAC is right, in a time that does not depend on where it is wrong.</summary>
    /// <returns>False, too, when this host has not the key.</returns>
    public bool Verify(KeyId id, ReadOnlySpan<byte> context, ReadOnlySpan<byte> data, ReadOnlySpan<byte> mac)
    {
        Span<byte> right = stackalloc byte[Length];
        return TryCompute(id, context, data, right) && CryptographicOperations.FixedTimeEquals(right, mac);
    }

    private void Run(KeyMaterial key, ReadOnlySpan<byte> context, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        ReadOnlySpan<byte> label = "godwit mac"u8;
        var length = FrameWriter.LengthOf(label.Length) + FrameWriter.LengthOf(_label.Length) + FrameWriter.LengthOf(context.Length);
        var frame = new FrameWriter(length <= OnStack ? stackalloc byte[OnStack] : new byte[length]);
        frame.Part(label);
        frame.Part(_label);
        frame.Part(context);
        Span<byte> derived = stackalloc byte[Length];
        HMACSHA256.HashData(key.Bytes, frame.Written, derived);
        HMACSHA256.HashData(derived, data, mac[..Length]);
        CryptographicOperations.ZeroMemory(derived);
        key.Count(KeyOperation.Compute);
    }
}
