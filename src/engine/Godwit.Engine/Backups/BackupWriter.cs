using System.Security.Cryptography;
using Godwit.Security.Encryption;

namespace Godwit.Engine.Backups;

/// <param name="Written">Destinations that hold the whole backup.</param>
/// <param name="Failed">Those that do not, and why.</param>
public sealed record BackupWriting(IReadOnlyList<string> Written, IReadOnlyList<(string Destination, string Reason)> Failed);

/// <summary>Encrypts files once and writes them to every destination at once. Nothing that is not encrypted reaches one.</summary>
public sealed class BackupWriter : IAsyncDisposable
{
    /// <summary>A destination that takes nothing for so long is given up.</summary>
    public static readonly TimeSpan DefaultStall = TimeSpan.FromMinutes(2);

    private const int BlockLength = 256 * 1024;

    private readonly EncryptionKey _key;
    private readonly Guid _id;
    private readonly List<DestinationCopy> _copies;
    private readonly List<BackupFile> _files = [];
    private readonly MemoryStream _sealed = new(BlockLength * 2);

    public BackupWriter(IReadOnlyList<string> destinations, string name, Guid id, EncryptionKey key, TimeSpan stall, TimeProvider time)
    {
        (_key, _id) = (key, id);
        _copies = [.. destinations.Select(d => new DestinationCopy(d, name, stall, time))];
    }

    public IReadOnlyList<BackupFile> Files => _files;

    public long PlainBytes { get; private set; }

    /// <summary>Whether any destination still takes something.</summary>
    public bool IsAlive => _copies.Exists(c => c.Failure is null);

    /// <summary>The name that a file of a backup is sealed under: it opens nowhere else.</summary>
    public static string SealedName(Guid backup, string file) => $"{backup:D}/{file}";

    /// <param name="name">Letters, digits, '.', '_' and '-'.</param>
    /// <param name="plain">Read to its end.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task AddAsync(string name, Stream plain, CancellationToken cancellation)
    {
        foreach (var copy in _copies) await copy.BeginFileAsync(name + BackupStore.FileEnding);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes = 0;
        using (var encrypting = new EncryptingStream(_sealed, _key, SealedName(_id, name)))
        {
            var buffer = new byte[BlockLength];
            while (await plain.ReadAsync(buffer, cancellation) is > 0 and var count)
            {
                encrypting.Write(buffer, 0, count);
                PlainBytes += count;
                if (_sealed.Length >= BlockLength) bytes += await ShipAsync(hash);
                if (!IsAlive) return;
            }
            CryptographicOperations.ZeroMemory(buffer);
            encrypting.Complete();
            bytes += await ShipAsync(hash);
        }
        _files.Add(new BackupFile(name, bytes, Convert.ToHexStringLower(hash.GetHashAndReset())));
    }

    /// <summary>Writes the manifest, which makes it a backup.</summary>
    public async Task<BackupWriting> FinishAsync(byte[] manifest)
    {
        var written = new List<string>();
        foreach (var copy in _copies)
        {
            if (await copy.FinishAsync(manifest)) written.Add(copy.Destination);
        }
        return new BackupWriting(written, [.. _copies.Where(c => c.Failure is not null).Select(c => (c.Destination, c.Failure!))]);
    }

    /// <summary>What stands in the way of each destination that takes nothing any more.</summary>
    public IReadOnlyList<(string Destination, string Reason)> Failures => [.. _copies.Where(c => c.Failure is not null).Select(c => (c.Destination, c.Failure!))];

    private async Task<long> ShipAsync(IncrementalHash hash)
    {
        var block = _sealed.ToArray();
        _sealed.SetLength(0);
        hash.AppendData(block);
        foreach (var copy in _copies) await copy.SendAsync(block);
        return block.Length;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var copy in _copies) await copy.DisposeAsync();
        await _sealed.DisposeAsync();
    }
}
