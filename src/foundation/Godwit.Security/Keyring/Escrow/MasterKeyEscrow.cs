using System.Security.Cryptography;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Keyring.Escrow;

/// <summary>Gives a master key to several persons, so that some of them together can restore it, and fewer know nothing of it.</summary>
public static class MasterKeyEscrow
{
    /// <param name="key">The key; it stays as it is.</param>
    /// <param name="threshold">How many restore it, at least 2.</param>
    /// <param name="count">How many shares there are, at most 255.</param>
    /// <returns>The shares, each for one person; dispose of them once they are handed out.</returns>
    public static IReadOnlyList<EscrowShare> Split(LocalMasterKey key, int threshold, int count)
    {
        var set = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(EscrowShare.SetLength));
        var bytes = key.Copy();
        try
        {
            return [.. SecretSharing.Split(bytes, threshold, count).Select((value, at) => new EscrowShare(key.Id, set, threshold, at + 1, value))];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The key from at least as many shares as it needs; every one that is given has to be right.</summary>
    /// <exception cref="EscrowException">They are too few, of different keys or splittings, or one was forged: the key that they give is not the one that was split.</exception>
    public static LocalMasterKey Restore(IReadOnlyList<EscrowShare> shares)
    {
        if (shares.Count == 0) throw new EscrowException("there is no share");
        var first = shares[0];
        if (shares.FirstOrDefault(s => s.MasterKeyId != first.MasterKeyId) is { } stranger)
            throw new EscrowException($"share {first.Number} is of master key {first.MasterKeyId}, and share {stranger.Number} of {stranger.MasterKeyId}");
        if (shares.FirstOrDefault(s => s.Set != first.Set || s.Threshold != first.Threshold) is { } other)
            throw new EscrowException($"shares {first.Number} and {other.Number} are of different splittings of the key: bring shares of one");
        if (shares.GroupBy(s => s.Number).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new EscrowException($"share {twice.Key} is there twice");
        if (shares.Count < first.Threshold) throw new EscrowException($"{first.Threshold} shares restore the key, and {shares.Count} are here");
        if (Combine([.. shares.Take(first.Threshold)]) is not { } key) throw new EscrowException(Accuse(shares, first.Threshold));
        // A share beyond the number that restores the key is checked by it too.
        for (var i = first.Threshold; i < shares.Count; i++)
        {
            using var again = Combine([.. shares.Skip(i - first.Threshold + 1).Take(first.Threshold)]);
            if (again is not null) continue;
            key.Dispose();
            throw new EscrowException($"share {shares[i].Number} is not of this key, although its checksum is right: it was made up");
        }
        return key;
    }

    private static string Accuse(IReadOnlyList<EscrowShare> shares, int threshold)
    {
        // With one share to spare, leaving each out in turn finds a single false one.
        if (shares.Count > threshold)
        {
            foreach (var suspect in shares)
            {
                using var without = Combine([.. shares.Where(s => s != suspect).Take(threshold)]);
                if (without is not null) return $"share {suspect.Number} is not of this key, although its checksum is right: it was made up";
            }
        }
        return $"shares {string.Join(", ", shares.Select(s => s.Number))} do not give master key {shares[0].MasterKeyId}: one of them was made up";
    }

    /// <returns>Null when what comes out is not the key that the shares name.</returns>
    private static LocalMasterKey? Combine(EscrowShare[] shares)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(LocalMasterKey.Length, pinned: true);
        try
        {
            SecretSharing.Restore([.. shares.Select(s => ((byte)s.Number, s.Value))], bytes);
            var key = LocalMasterKey.Of(bytes);
            if (key.Id == shares[0].MasterKeyId) return key;
            key.Dispose();
            return null;
        }
        catch (MasterKeyException)
        {
            // All bytes the same, which no key of ours has.
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
