using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.Security.Peppers;
using Godwit.TestServers;

namespace Godwit.Journeys.Tenants;

/// <summary>The peppers of a database's keyring as a host has them: to verify what is stored, and to look for their bytes where they must not be.</summary>
internal sealed class StoredPepper : IAsyncDisposable
{
    /// <summary>What the runbook hashes for.</summary>
    public const string Purpose = "api-key";

    private readonly LocalMasterKey _master;
    private readonly Listening _listening;
    private readonly OriginalHash[] _originals;

    private StoredPepper(LocalMasterKey master, Listening listening, PostgresKeyring keyring, PurposeKeys keys, OriginalHash[] originals)
    {
        (_master, _listening, Keyring, Keys, _originals) = (master, listening, keyring, keys, originals);
        Pepper = new Pepper(keys, Purpose, originals);
    }

    public PostgresKeyring Keyring { get; }

    public PurposeKeys Keys { get; }

    public Pepper Pepper { get; }

    /// <param name="database">The database with the keyring.</param>
    /// <param name="masterKeyFile">Its master key.</param>
    /// <param name="host">What the host is called.</param>
    /// <param name="interval">How often it looks for a newer keyring.</param>
    /// <param name="formerPepper">The secret under which the service hashed before.</param>
    public static async Task<StoredPepper> OpenAsync(TestDatabase database, string masterKeyFile, string host = "test", TimeSpan? interval = null, string? formerPepper = null)
    {
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? database.Server.PassFile : null };
        var target = (await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url, environment).Url!, environment)).Target!;
        var master = MasterKeyFile.Load(masterKeyFile);
        var listening = new Listening(master);
        var options = new PostgresKeyringOptions { Host = host, Interval = interval ?? TimeSpan.FromSeconds(1) };
        var keyring = await PostgresKeyring.OpenAsync(target, new MasterKeys(listening), TimeProvider.System, options, TestContext.Current.CancellationToken);
        OriginalHash[] originals = formerPepper is null ? [] : [OriginalHash.HmacSha256("api-key-pepper", Encoding.UTF8.GetBytes(formerPepper))];
        return new StoredPepper(master, listening, keyring, await keyring.Keys.OpenAsync(KeyPurpose.Pepper, TestContext.Current.CancellationToken), originals);
    }

    public bool Verifies(string key, string stored) => PepperedHash.TryParse(stored, out var hash) && Pepper.Verify(Encoding.UTF8.GetBytes(key), hash);

    /// <summary>The peppers' bytes, as somebody might write them.</summary>
    public IReadOnlyList<string> Secrets() => [.. _listening.Unwrapped.SelectMany(k => (string[])[Convert.ToHexStringLower(k), Convert.ToBase64String(k), Base64Url.EncodeToString(k)])];

    public async ValueTask DisposeAsync()
    {
        await Keyring.DisposeAsync();
        _master.Dispose();
        foreach (var original in _originals) original.Dispose();
    }

    /// <summary>Remembers the keys that it opens: the keyring itself gives none away.</summary>
    private sealed class Listening(IMasterKey inner) : IMasterKey
    {
        public ConcurrentBag<byte[]> Unwrapped { get; } = [];

        public string Id => inner.Id;

        public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellation) => inner.WrapAsync(key, context, cancellation);

        public async ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellation)
        {
            var key = await inner.UnwrapAsync(wrapped, context, cancellation);
            Unwrapped.Add([.. key]);
            return key;
        }
    }
}
