using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.Security.Peppers;
using Npgsql;

namespace Godwit.Cli.Demo.Service;

/// <summary>
/// The new release: it compares hashes under the peppers of the keyring, of which it is a host. A key is found under every pepper that is live, wrapped or not, and hashed anew under the active one
/// when it is presented. Without a pepper the release does not start, and neither finds nor creates a key.
/// </summary>
internal sealed class Green : KeyRelease, IAsyncDisposable
{
    /// <summary>What the runbook's backfill hashes for.</summary>
    public const string Purpose = "api-key";

    private const int KeyBytes = 32;

    private const string Find = """
        SELECT id, client_id, api_key_hash FROM public.api_keys WHERE api_key_hash = ANY ($1) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
        """;

    /// <summary>How the service hashed before the keyring: what the runbook took over of such hashes begins so, until its owner presents the key.</summary>
    private readonly OriginalHash[] _originals;

    private readonly MasterKeySettings _masters;
    private readonly PostgresKeyring _keyring;
    private readonly PurposeKeys _keys;
    private Pepper _pepper;
    private long _restamped;

    private Green(MasterKeySettings masters, PostgresKeyring keyring, PurposeKeys keys, string? formerPepper)
    {
        _originals = formerPepper is { Length: > 0 } ? [OriginalHash.HmacSha256("api-key-pepper", Encoding.UTF8.GetBytes(formerPepper))] : [];
        (_masters, _keyring, _keys, _pepper) = (masters, keyring, keys, new Pepper(keys, Purpose, _originals));
    }

    public override string Name => "green";

    /// <summary>Keys that were hashed anew because they were presented.</summary>
    public long Restamped => Interlocked.Read(ref _restamped);

    /// <param name="target">The service's database, which has the keyring.</param>
    /// <param name="environment">Where the master key is found, and API_KEY_PEPPER where hashes were taken over.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="KeyringException">There is no pepper.</exception>
    /// <exception cref="MasterKeyException">There is no master key, or not the keyring's.</exception>
    public static async Task<Green> OpenAsync(PostgresTarget target, Func<string, string?> environment, TimeProvider time, CancellationToken cancellation)
    {
        var masters = MasterKeySettings.Load(environment);
        PostgresKeyring? keyring = null;
        try
        {
            // Often enough that a rotation does not wait for it, and forgotten soon after it was killed.
            var options = new PostgresKeyringOptions { Host = "the service", Interval = TimeSpan.FromSeconds(1), Lasts = TimeSpan.FromSeconds(15) };
            keyring = await PostgresKeyring.OpenAsync(target, masters.Keys, time, options, cancellation);
            var green = new Green(masters, keyring, await keyring.Keys.OpenAsync(KeyPurpose.Pepper, cancellation), environment("API_KEY_PEPPER"));
            green.RequirePepper();
            return green;
        }
        catch
        {
            if (keyring is not null) await keyring.DisposeAsync();
            masters.Dispose();
            throw;
        }
    }

    public override async Task<Guid?> FindAsync(NpgsqlConnection connection, string key, CancellationToken cancellation)
    {
        while (true)
        {
            RequirePepper();
            var (keys, pepper) = (_keys.Current, Volatile.Read(ref _pepper));
            var candidates = pepper.AllCandidates(Encoding.UTF8.GetBytes(key));
            // Nobody's key, and no look at the database: it is itself a stored hash, empty or too long.
            if (candidates.Count == 0) return null;
            if (await FindAsync(connection, candidates, cancellation) is not var (id, client, stored))
            {
                // With a pepper that came meanwhile it may be there.
                if (keys == _keys.Current) return null;
                continue;
            }
            if (pepper.NeedsRestamp(stored)) await RestampAsync(connection, id, stored, key, cancellation);
            return client;
        }
    }

    public override async Task<string?> CreateAsync(NpgsqlConnection connection, Guid client, CancellationToken cancellation)
    {
        RequirePepper();
        var key = "key-" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        // From here until it is stored no pepper is retired that it may be hashed with.
        using var write = _keys.BeginWrite();
        await using var insert = new NpgsqlCommand("INSERT INTO public.api_keys (client_id, name, api_key_hash) VALUES ($1, 'created', $2)", connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = client }, new NpgsqlParameter<string> { TypedValue = HashOf(key) } },
        };
        await insert.ExecuteNonQueryAsync(cancellation);
        return key;
    }

    /// <summary>Whether a stored hash is of this key.</summary>
    public bool IsOf(string key, string stored) => PepperedHash.TryParse(stored, out var hash) && Volatile.Read(ref _pepper).Verify(Encoding.UTF8.GetBytes(key), hash);

    /// <summary>What happens to services: deployed again with the settings of another environment. It answers as fast as ever, and refuses everybody.</summary>
    public void TakeAnotherPepper() => Volatile.Write(ref _pepper, new Pepper(_keys, "staging." + Purpose));

    public async ValueTask DisposeAsync()
    {
        await _keyring.DisposeAsync();
        _masters.Dispose();
        foreach (var original in _originals) original.Dispose();
    }

    private void RequirePepper()
    {
        if (_keys.Current.Active is null)
            throw new KeyringException("the keyring has no active pepper, and without one no API key is created or found: `godwit keys create pepper`");
    }

    private string HashOf(string key) => Volatile.Read(ref _pepper).Hash(Encoding.UTF8.GetBytes(key)).ToString();

    private static async Task<(Guid Id, Guid Client, PepperedHash Stored)?> FindAsync(NpgsqlConnection connection, IReadOnlyList<PepperedHash> candidates, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Find, connection) { Parameters = { new NpgsqlParameter<string[]> { TypedValue = [.. candidates.Select(c => c.ToString())] } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        return (reader.GetGuid(0), reader.GetGuid(1), PepperedHash.TryParse(reader.GetString(2), out var stored) ? stored : throw new FormatException());
    }

    /// <summary>Only while it is still what was found: somebody else may have been faster, or the runbook may just have wrapped it, and then it is hashed anew the next time.</summary>
    private async Task RestampAsync(NpgsqlConnection connection, Guid id, PepperedHash stored, string key, CancellationToken cancellation)
    {
        using var write = _keys.BeginWrite();
        await using var update = new NpgsqlCommand("UPDATE public.api_keys SET api_key_hash = $3, last_used_at = now() WHERE id = $1 AND api_key_hash = $2", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<string> { TypedValue = stored.ToString() }, new NpgsqlParameter<string> { TypedValue = HashOf(key) },
            },
        };
        Interlocked.Add(ref _restamped, await update.ExecuteNonQueryAsync(cancellation));
    }
}
