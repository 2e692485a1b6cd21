using System.Text;
using Godwit.Security.Peppers;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Tenants;

/// <summary>A host of a service that finds clients by their keys as docs/encrypting.md says, with a keyring of its own, and clients that call it without a break.</summary>
internal sealed class KeyLookups(StoredPepper pepper, TestDatabase database) : IAsyncDisposable
{
    private const int CreateEvery = 50, StolenEvery = 20;

    private readonly List<string> _wrong = [];
    private readonly List<(string Key, Guid Client)> _created = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _calling = Task.CompletedTask;
    private NpgsqlConnection _connection = null!;
    private long _answered, _refused, _restamped;

    public StoredPepper Pepper => pepper;

    /// <summary>Keys that were found, and found to be the right client's.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    public long Refused => Interlocked.Read(ref _refused);

    public long Restamped => Interlocked.Read(ref _restamped);

    /// <summary>Every answer that the caller had no right to, or had a right to another.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>Keys that clients were given meanwhile.</summary>
    public IReadOnlyList<(string Key, Guid Client)> Created => _created;

    public async Task OpenAsync() => _connection = await database.OpenAsync();

    /// <summary>Calls one key after another until <see cref="StopAsync"/>, creates keys now and then, and presents what somebody stole from the table.</summary>
    public void Start(IReadOnlyList<(string Key, Guid Client)> keys, IReadOnlyList<string> stolen, int seed) => _calling = Task.Run(async () =>
    {
        var random = new Random(seed);
        for (var n = 1; !_stop.IsCancellationRequested; n++)
        {
            if (n % CreateEvery == 0) await CreateAsync(keys[random.Next(keys.Count)].Client);
            if (n % StolenEvery == 0) await CallAsync(stolen[random.Next(stolen.Count)], null);
            var (key, client) = _created.Count > 0 && random.Next(10) == 0 ? _created[random.Next(_created.Count)] : keys[random.Next(keys.Count)];
            await CallAsync(key, client);
            // Without a rest it would be the only one at work: a backfill gives way to whoever waits for locks.
            await Task.Delay(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        }
    });

    /// <summary>One call.</summary>
    /// <param name="key">What is presented.</param>
    /// <param name="expected">Whose it is; null for nobody's.</param>
    public async Task CallAsync(string key, Guid? expected)
    {
        var found = await FindAsync(key);
        if (found != expected) _wrong.Add($"{(expected is null ? "a stolen hash or a stranger's key" : $"client {expected}")} was taken for {found?.ToString() ?? "nobody"}");
        else if (expected is null) _refused++;
        else _answered++;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _calling;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _connection.DisposeAsync();
        await pepper.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<Guid?> FindAsync(string key)
    {
        var presented = Encoding.UTF8.GetBytes(key);
        var candidates = pepper.Pepper.AllCandidates(presented);
        if (candidates.Count == 0) return null;
        (Guid Id, Guid Client, PepperedHash Stored) row;
        await using (var find = new NpgsqlCommand("SELECT id, client_id, api_key_hash FROM api_keys WHERE api_key_hash = ANY ($1) AND revoked_at IS NULL", _connection))
        {
            find.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. candidates.Select(c => c.ToString())] });
            await using var reader = await find.ExecuteReaderAsync();
            if (!await reader.ReadAsync()) return null;
            Assert.True(PepperedHash.TryParse(reader.GetString(2), out var stored));
            row = (reader.GetGuid(0), reader.GetGuid(1), stored);
        }
        if (pepper.Pepper.NeedsRestamp(row.Stored))
        {
            using var write = pepper.Keys.BeginWrite();
            await using var restamp = new NpgsqlCommand("UPDATE api_keys SET api_key_hash = $3 WHERE id = $1 AND api_key_hash = $2", _connection)
            {
                Parameters = { new() { Value = row.Id }, new() { Value = row.Stored.ToString() }, new() { Value = pepper.Pepper.Hash(presented).ToString() } },
            };
            _restamped += await restamp.ExecuteNonQueryAsync();
        }
        return row.Client;
    }

    private async Task CreateAsync(Guid client)
    {
        var key = $"created {Guid.NewGuid():N}";
        using var write = pepper.Keys.BeginWrite();
        await using var insert = new NpgsqlCommand("INSERT INTO api_keys (client_id, name, api_key_hash) VALUES ($1, 'created', $2)", _connection)
        {
            Parameters = { new() { Value = client }, new() { Value = pepper.Pepper.Hash(Encoding.UTF8.GetBytes(key)).ToString() } },
        };
        await insert.ExecuteNonQueryAsync();
        _created.Add((key, client));
    }
}
