using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Godwit.Security.Framing;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Keyring;

/// <summary>Wraps keys under a master key, bound to purpose, id and number: a wrapped key that is put in another's place does not open.</summary>
internal static class KeyWrap
{
    public static async Task<ImmutableArray<byte>> WrapNewAsync(IMasterKey master, KeyId id, KeyPurpose purpose, int version, CancellationToken cancellation)
    {
        var key = GC.AllocateUninitializedArray<byte>(KeyMaterial.Length, pinned: true);
        try
        {
            Fill(key, purpose);
            return ImmutableCollectionsMarshal.AsImmutableArray(await master.WrapAsync(key, Context(id, purpose, version), cancellation));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public static async Task<ImmutableArray<byte>> RewrapAsync(MasterKeys masters, KeyRecord record, IKeyAudit audit, TimeProvider time, CancellationToken cancellation)
    {
        var key = await UnwrapAsync(masters, record, audit, time, cancellation);
        try
        {
            return ImmutableCollectionsMarshal.AsImmutableArray(await masters.Current.WrapAsync(key, Context(record.Id, record.Purpose, record.Version), cancellation));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public static async Task<KeyMaterial> OpenAsync(MasterKeys masters, KeyRecord record, IKeyAudit audit, TimeProvider time, CancellationToken cancellation)
    {
        var key = await UnwrapAsync(masters, record, audit, time, cancellation);
        try
        {
            return new KeyMaterial(record.Id, record.Purpose, record.Version, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The unwrapped bytes, which the caller zeroes. They are not given out before the unwrapping was noted.</summary>
    private static async Task<byte[]> UnwrapAsync(MasterKeys masters, KeyRecord record, IKeyAudit audit, TimeProvider time, CancellationToken cancellation)
    {
        var master = masters.Find(record.MasterKeyId);
        byte[] key;
        try
        {
            key = await master.UnwrapAsync(record.Wrapped.AsMemory(), Context(record.Id, record.Purpose, record.Version), cancellation);
        }
        catch (MasterKeyException e)
        {
            if (!e.MayRetry) await audit.UnwrappedAsync(Noted(succeeded: false), cancellation);
            throw new KeyringException($"the {record.Purpose} key {record.Id} cannot be unwrapped: {e.Message}", e.MayRetry, e);
        }
        try
        {
            await audit.UnwrappedAsync(Noted(succeeded: true), cancellation);
            return key;
        }
        catch
        {
            CryptographicOperations.ZeroMemory(key);
            throw;
        }

        KeyUnwrapped Noted(bool succeeded) => new(record.Id, record.Purpose, record.Version, record.MasterKeyId, succeeded, time.GetUtcNow());
    }

    private static byte[] Context(KeyId id, KeyPurpose purpose, int version)
    {
        var label = "godwit wrapped key"u8;
        var name = Encoding.UTF8.GetBytes(purpose.Name);
        Span<byte> fixedPart = stackalloc byte[KeyId.Length + sizeof(int)];
        id.Write(fixedPart);
        BinaryPrimitives.WriteInt32BigEndian(fixedPart[KeyId.Length..], version);
        var frame = new FrameWriter(new byte[FrameWriter.LengthOf(label.Length) + FrameWriter.LengthOf(name.Length) + fixedPart.Length]);
        frame.Part(label);
        frame.Part(name);
        frame.Fixed(fixedPart);
        return frame.Written.ToArray();
    }

    private static void Fill(Span<byte> key, KeyPurpose purpose)
    {
        if (purpose != KeyPurpose.Token)
        {
            RandomNumberGenerator.Fill(key);
            return;
        }
        // The private number of a P-256 key has to lie between 1 and the curve's order, which the library sees to.
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = ecdsa.ExportParameters(includePrivateParameters: true);
        parameters.D.CopyTo(key);
        CryptographicOperations.ZeroMemory(parameters.D);
    }
}
