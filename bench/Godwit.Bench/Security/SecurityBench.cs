using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Godwit.Bench.Timing;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Bench.Security;

/// <summary>What encrypting a column costs on one core: AES-256-GCM bound to its row together with a blind index, each against the bare primitive, in turn.</summary>
internal static class SecurityBench
{
    private const int Values = 200_000;

    public static async Task<int> RunAsync(int rounds)
    {
        using var master = LocalMasterKey.Create();
        var (store, audit, usage) = (new MemoryKeyStore(), new MemoryKeyAudit(), new MemoryKeyUsage());
        var administration = new KeyAdministration(store, new MasterKeys(master), audit, new NobodyDepends(), usage, TimeProvider.System);
        await administration.CreateAsync(KeyPurpose.Data, CancellationToken.None);
        await administration.CreateAsync(KeyPurpose.Index, CancellationToken.None);
        await using var keyring = await LiveKeyring.LoadAsync(store, new MasterKeys(master), audit, TimeProvider.System, CancellationToken.None);
        var cipher = new FieldCipher(await keyring.OpenAsync(KeyPurpose.Data, CancellationToken.None), new FieldColumn("users", "email"), usage);
        var index = new BlindIndex(await keyring.OpenAsync(KeyPurpose.Index, CancellationToken.None), "users.email", IndexNormalization.Email);
        await cipher.ReserveAsync(5L * Values * (rounds + 1), CancellationToken.None);

        (string Name, Action Run)[] works =
        [
            ("encrypt and index", () => Encrypt(cipher, index)),
            ("encrypt", () => Encrypt(cipher, null)),
            ("index", () => Index(index)),
            ("decrypt", () => Decrypt(cipher)),
            ("AES-256-GCM alone", BareCipher),
            ("HMAC-SHA-256 alone", BareMac),
        ];
        var (samples, allocated) = (new Samples(), new Samples());
        // The first round warms up and is not counted; then each in turn, so that what disturbs the machine disturbs all.
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (name, run) in works)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var clock = Stopwatch.StartNew();
                run();
                if (round == 0) continue;
                samples.Add(name, Values / clock.Elapsed.TotalSeconds);
                allocated.Add(name, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Values);
            }
        }
        Console.WriteLine($"{Values} values of 24 bytes a round on one thread, {rounds} rounds in turn, medians.");
        Console.WriteLine();
        Console.WriteLine("| what | values/s | bytes allocated a value | bar |");
        Console.WriteLine("|---|---:|---:|---|");
        foreach (var (name, _) in works)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {samples.Median(name):F0} | {allocated.Median(name):F1} | {(name == "encrypt and index" ? "at least 200000" : "-")} |"));
        return samples.Median("encrypt and index") >= 200_000 ? 0 : 3;
    }

    private static void Encrypt(FieldCipher cipher, BlindIndex? index)
    {
        Span<byte> value = stackalloc byte[24], blob = stackalloc byte[FieldCipher.BlobLength(24)], row = stackalloc byte[RowKey.LongestNumber], blind = stackalloc byte[BlindIndex.Length];
        Span<char> text = stackalloc char[24];
        for (var i = 0; i < Values; i++)
        {
            Address(text, i);
            System.Text.Encoding.UTF8.GetBytes(text, value);
            cipher.Encrypt(value, row[..RowKey.Write(row, i)], blob);
            index?.Compute("acme", text, blind);
        }
    }

    private static void Index(BlindIndex index)
    {
        Span<byte> blind = stackalloc byte[BlindIndex.Length];
        Span<char> text = stackalloc char[24];
        for (var i = 0; i < Values; i++)
        {
            Address(text, i);
            index.Compute("acme", text, blind);
        }
    }

    private static void Decrypt(FieldCipher cipher)
    {
        Span<byte> value = stackalloc byte[24], blob = stackalloc byte[FieldCipher.BlobLength(24)], row = stackalloc byte[RowKey.LongestNumber];
        row = row[..RowKey.Write(row, 1)];
        cipher.Encrypt(value, row, blob);
        for (var i = 0; i < Values; i++) cipher.Decrypt(blob, row, value);
    }

    private static void BareCipher()
    {
        using var cipher = new AesGcm(RandomNumberGenerator.GetBytes(32), 16);
        Span<byte> value = stackalloc byte[24], output = stackalloc byte[24], nonce = stackalloc byte[12], tag = stackalloc byte[16];
        for (var i = 0; i < Values; i++)
        {
            BitConverter.TryWriteBytes(nonce, i);
            cipher.Encrypt(nonce, value, output, tag);
        }
    }

    private static void BareMac()
    {
        Span<byte> key = stackalloc byte[32], value = stackalloc byte[24], mac = stackalloc byte[32];
        for (var i = 0; i < Values; i++) HMACSHA256.HashData(key, value, mac);
    }

    private static void Address(Span<char> text, int number)
    {
        "Someone.00000000@mail.eu".CopyTo(text);
        number.TryFormat(text[8..16], out _, "D8", CultureInfo.InvariantCulture);
    }

    private sealed class NobodyDepends : IKeyDependents
    {
        public Task<IReadOnlyList<string>> UsersOfAsync(KeyRecord key, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([]);

        public Task<IReadOnlyList<string>> HostsBehindAsync(long version, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([]);
    }
}
