using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Godwit.Security.Keyring.Escrow;

/// <summary>
/// One person's share of a master key. As text: <c>godwit-share-1</c>, the master key's id, the set, how many restore it, the number of the share, its bytes in hexadecimal, and a checksum,
/// joined by hyphens; a typing error is found in the share that has it.
/// </summary>
public sealed class EscrowShare : IDisposable
{
    internal const int SetLength = 4, ChecksumLength = 6, KeyIdLength = 8;

    private static readonly SearchValues<byte> s_hexadecimal = SearchValues.Create("0123456789abcdef"u8);
    private static readonly byte[] s_prefix = "godwit-share-1-"u8.ToArray();
    private static readonly int s_textLength = s_prefix.Length + 2 * (KeyIdLength + SetLength + 1 + 1 + Masters.LocalMasterKey.Length + ChecksumLength) + 5;

    internal EscrowShare(string masterKeyId, string set, int threshold, int number, byte[] value) =>
        (MasterKeyId, Set, Threshold, Number, Value) = (masterKeyId, set, threshold, number, value);

    public string MasterKeyId { get; }

    /// <summary>Shares of one splitting have the same; those of two splittings of the same key do not go together.</summary>
    public string Set { get; }

    /// <summary>How many shares restore the key.</summary>
    public int Threshold { get; }

    public int Number { get; }

    internal byte[] Value { get; }

    /// <summary>The share as text, which the caller zeroes after showing it.</summary>
    public byte[] ToText()
    {
        var text = new byte[s_textLength];
        s_prefix.CopyTo(text, 0);
        var at = s_prefix.Length;
        at += Encoding.ASCII.GetBytes($"{MasterKeyId}-{Set}-{Threshold:x2}-{Number:x2}-", text.AsSpan(at));
        Convert.TryToHexStringLower(Value, text.AsSpan(at), out var written);
        at += written;
        Span<byte> checksum = stackalloc byte[SHA256.HashSizeInBytes];
        text[at++] = (byte)'-';
        SHA256.HashData(text.AsSpan(0, at), checksum);
        Convert.TryToHexStringLower(checksum[..ChecksumLength], text.AsSpan(at), out _);
        return text;
    }

    /// <summary>Reads a share; upper case and white space around it do not count.</summary>
    /// <exception cref="EscrowException">It is none, or was changed. The message says which, and holds nothing of it but its number.</exception>
    public static EscrowShare Parse(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r\n"u8);
        if (text.Length != s_textLength) throw new EscrowException($"a share has {s_textLength} characters, and this has {text.Length}");
        Span<byte> lower = stackalloc byte[s_textLength];
        Span<byte> checksum = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> expected = stackalloc byte[2 * ChecksumLength];
        try
        {
            if (Ascii.ToLower(text, lower, out _) != OperationStatus.Done || !lower.StartsWith(s_prefix)) throw new EscrowException("it does not begin as a share does");
            Span<Range> parts = stackalloc Range[6];
            var rest = lower[s_prefix.Length..];
            ReadOnlySpan<int> lengths = [2 * KeyIdLength, 2 * SetLength, 2, 2, 2 * Masters.LocalMasterKey.Length, 2 * ChecksumLength];
            var at = 0;
            for (var i = 0; i < lengths.Length; i++)
            {
                parts[i] = at..(at + lengths[i]);
                at += lengths[i] + 1;
            }
            var number = Utf8Parser.TryParse(rest[parts[3]], out byte read, out var length, 'x') && length == 2 ? read : (byte)0;
            SHA256.HashData(lower[..^(2 * ChecksumLength)], checksum);
            Convert.TryToHexStringLower(checksum[..ChecksumLength], expected, out _);
            if (!expected.SequenceEqual(rest[parts[5]])) throw new EscrowException($"the share that says it is number {number} is damaged: a character of it was changed");
            var value = GC.AllocateArray<byte>(Masters.LocalMasterKey.Length, pinned: true);
            if (!Utf8Parser.TryParse(rest[parts[2]], out byte threshold, out length, 'x') || length != 2 || number == 0 || threshold < 2
                || rest[parts[0]].ContainsAnyExcept(s_hexadecimal) || rest[parts[1]].ContainsAnyExcept(s_hexadecimal)
                || Convert.FromHexString(rest[parts[4]], value, out _, out var written) != OperationStatus.Done || written != value.Length)
            {
                CryptographicOperations.ZeroMemory(value);
                throw new EscrowException($"the share that says it is number {number} was not made by this program");
            }
            return new EscrowShare(Encoding.ASCII.GetString(rest[parts[0]]), Encoding.ASCII.GetString(rest[parts[1]]), threshold, number, value);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(lower);
        }
    }

    public override string ToString() => $"share {Number} of master key {MasterKeyId}, {Threshold} of which restore it";

    public void Dispose() => CryptographicOperations.ZeroMemory(Value);
}

/// <summary>Shares do not restore a key. The message names shares by their numbers.</summary>
public sealed class EscrowException(string message) : Exception(message);
