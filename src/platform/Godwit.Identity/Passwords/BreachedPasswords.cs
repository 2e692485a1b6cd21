using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Godwit.Identity.Passwords;

/// <summary>
/// Passwords that are known from thefts: a filter that knows every one of its list, and takes one other in 8 million for one of them (two look-ups at 2^-24). It is read from its file shard by shard, some
/// 60 KB at a time, so that the whole of Have I Been Pwned needs no more memory than a short list; each shard's checksum is looked at whenever it is read, and a shard that is not what was written
/// is an error and no answer. For use by any number of threads.
/// </summary>
internal sealed class BreachedPasswords : IDisposable
{
    /// <summary>The name of the file that comes with the program.</summary>
    public const string FileName = "breached-passwords.filter";

    // Beyond this the shards' checksums are looked at when they are used, and not all at the start.
    private const long VerifiedWhole = 64 * 1024 * 1024;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly byte[] _directory;
    private readonly int _prefixBits;

    private BreachedPasswords(SafeFileHandle file, string path, byte[] directory, int prefixBits, long count) => (_file, _path, _directory, _prefixBits, Count) = (file, path, directory, prefixBits, count);

    /// <summary>Hashes in it.</summary>
    public long Count { get; }

    /// <param name="path">The file.</param>
    /// <exception cref="BreachedPasswordsException">It is not there, or is no such file, or not as it was written. The message says what to do.</exception>
    public static BreachedPasswords Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
            var opened = Read(file, path);
            file = null;
            return opened;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BreachedPasswordsException($"{path} is not there: without it nobody can be told that a password is a stolen one. Make it with scripts/breached-passwords.sh, or with godwit-server breached-passwords", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BreachedPasswordsException($"{path} cannot be read: {e.Message}", e);
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Whether a password is on the list, as it is or in lower case.</summary>
    /// <param name="form">In its normal form: <see cref="PasswordRules.Form"/>.</param>
    /// <exception cref="BreachedPasswordsException">The file is not as it was written.</exception>
    public bool Contains(string form)
    {
        var lower = form.ToLowerInvariant();
        return Has(form) || (lower != form && Has(lower));
    }

    public void Dispose() => _file.Dispose();

    private static BreachedPasswords Read(SafeFileHandle file, string path)
    {
        var header = new byte[BreachedFormat.HeaderLength];
        if (Fill(file, header, 0) < header.Length || !header.AsSpan().StartsWith(BreachedFormat.Magic)) throw new BreachedPasswordsException($"{path} is no file of breached passwords");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8));
        if (version != BreachedFormat.Version) throw new BreachedPasswordsException($"{path} has version {version} of the format, and this program knows {BreachedFormat.Version}: make it anew");
        var bits = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12));
        if (bits is < 0 or > BreachedFormat.MostPrefixBits || BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(24)) != RandomAccess.GetLength(file)) throw Damaged(path);
        var directory = new byte[(1 << bits) * BreachedFormat.EntryLength];
        if (Fill(file, directory, BreachedFormat.HeaderLength) < directory.Length
            || !BreachedFormat.Sum(header, directory).AsSpan().SequenceEqual(header.AsSpan(BreachedFormat.SummedHeader))) throw Damaged(path);
        var opened = new BreachedPasswords(file, path, directory, bits, BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16)));
        if (RandomAccess.GetLength(file) <= VerifiedWhole)
        {
            for (var shard = 0; shard < 1 << bits; shard++) opened.WithShard(shard, 0, static (_, _, _) => false);
        }
        return opened;
    }

    private bool Has(string password)
    {
        var hash = BreachedFormat.HashOf(Encoding.UTF8.GetBytes(password));
        return WithShard(BreachedFormat.ShardOf(hash, _prefixBits), BreachedFormat.KeyOf(hash), static (slots, seed, key) => XorFilter.Contains(slots, seed, key));
    }

    private bool WithShard(int shard, ulong key, Func<ReadOnlySpan<byte>, ulong, ulong, bool> look)
    {
        var entry = _directory.AsSpan(shard * BreachedFormat.EntryLength, BreachedFormat.EntryLength);
        var (offset, seed, length) = BreachedFormat.ReadEntry(entry);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var slots = rented.AsSpan(0, length);
            // Read and not mapped: a mapped file that somebody cuts short ends the process.
            if (Fill(_file, slots, offset) < length || !SHA256.HashData(slots).AsSpan(0, BreachedFormat.ChecksumLength).SequenceEqual(entry[24..])) throw Damaged(_path);
            return look(slots, seed, key);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static int Fill(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(file, bytes[read..], offset + read) is > 0 and var more) read += more;
        return read;
    }

    private static BreachedPasswordsException Damaged(string path) => new($"{path} is not as it was written: its checksum is another. Make it anew");
}

/// <summary>The file of breached passwords cannot be used. The message says why and what to do, and names no password.</summary>
public sealed class BreachedPasswordsException(string message, Exception? inner = null) : Exception(message, inner);
