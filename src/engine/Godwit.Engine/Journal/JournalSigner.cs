using System.Buffers.Text;
using System.Text.Json;
using Godwit.Security.Canonical;
using Godwit.Security.Signing;

namespace Godwit.Engine.Journal;

/// <summary>Signs heads and forks of a journal, with the key that signs certificates. Each kind of statement names itself, so that none passes for another.</summary>
public sealed class JournalSigner(SigningKey key)
{
    private readonly Lock _signing = new();

    public EcPublicKey Public => key.Public;

    public SignedHead SignHead(Guid run, JournalPosition position, DateTimeOffset at)
    {
        var head = new JournalHead(run, position.Sequence, position.Hash, at.ToUniversalTime(), key.Kid, "");
        return new SignedHead(head with { Signature = Sign(HeadBytes(head)) }, key.Public);
    }

    /// <summary>
    /// The entry that a restore needs (<see cref="JournalFork.Kind"/>): the journal went on from <paramref name="restored"/>, and what followed it up to
    /// <paramref name="abandoned"/> is given up.
    /// </summary>
    public JournalNote AttestFork(Guid run, JournalPosition abandoned, JournalPosition restored, Guid incarnation)
    {
        if (restored.Sequence > abandoned.Sequence) throw new ArgumentException("a fork goes back, not forward", nameof(restored));
        var fork = new JournalFork(run, abandoned, restored, incarnation, key.Public, "");
        return (fork with { Signature = Sign(fork.SignedBytes()) }).ToNote();
    }

    /// <summary>What a head's signature is worth. Without its key nobody can tell, which is an unknown signer.</summary>
    public static SignerVerdict Judge(SignedHead signed, KnownSigners known)
    {
        var key = signed.Key is { } own && own.Kid == signed.Head.Kid ? own : known.Keys.FirstOrDefault(k => k.Kid == signed.Head.Kid);
        if (key is null) return signed.Key is null ? SignerVerdict.UnknownSigner : SignerVerdict.BadSignature;
        return StrictBase64Url.TryDecode(signed.Head.Signature, Es256.SignatureLength, out var value)
            ? known.Judge(key, HeadBytes(signed.Head), value)
            : SignerVerdict.BadSignature;
    }

    private static byte[] HeadBytes(JournalHead head) => Canonical(writer =>
    {
        writer.WriteString("at", JournalChain.Instant(head.At));
        writer.WriteString("hash", head.Hash);
        writer.WriteString("kid", head.Kid);
        writer.WriteString("run", head.Run);
        writer.WriteNumber("sequence", head.Sequence);
        writer.WriteString("type", "journal-head");
    });

    internal static byte[] Canonical(Action<Utf8JsonWriter> members) => CanonicalJson.Canonicalize(JournalChain.Json(members));

    private string Sign(byte[] bytes)
    {
        lock (_signing) return Base64Url.EncodeToString(key.Sign(bytes));
    }
}
