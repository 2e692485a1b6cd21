using System.Diagnostics.Metrics;
using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Identity.Database;
using Godwit.Identity.Settings;
using Godwit.Security.Signing;

namespace Godwit.Identity.Audit;

/// <summary>
/// Seals security events into signed blocks, every few seconds, beside the requests. What it sees has committed; what commits late is not sealed yet and is taken by a later block, whatever its number: nothing is passed over. Of
/// any number of hosts one seals at a time.
/// </summary>
internal sealed class EventSealer(IdentityDatabase database, SettingValues settings, TimeProvider time) : IDisposable
{
    private const long LockId = 0x676f6477_69640002;

    private const int Most = 5000;

    private static readonly Meter s_meter = new("Godwit.Identity");

    private static readonly Counter<long> s_sealed = s_meter.CreateCounter<long>("godwit.identity.events.sealed", null, "Security events that were put into signed blocks.");

    private SigningKey? _key;

    /// <summary>Signs blocks, and what explains why a row is no longer what was sealed, or there.</summary>
    public SigningKey Key => _key ?? throw new InvalidOperationException("the key is opened before the first request");

    /// <summary>The folder of the key that signs, and of those that are known.</summary>
    public static string HomeOf(SettingValues settings) => settings.TextOrNull(IdentitySettings.Home.Name) ?? GodwitHome.Folder(Environment.GetEnvironmentVariable);

    /// <exception cref="ModuleRefusedException">The key that signs cannot be had.</exception>
    public void Prepare()
    {
        try
        {
            _key = SigningKeyFile.LoadOrCreate(HomeOf(settings));
        }
        catch (SigningKeyException e)
        {
            throw new ModuleRefusedException(e.Message);
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (await SealNextAsync(stopping) == Most) continue;
            await Task.Delay(settings.Seconds(IdentitySettings.SealSeconds.Name), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Seals one block of what is there.</summary>
    /// <returns>How many events it has.</returns>
    public async Task<int> SealNextAsync(CancellationToken cancellation)
    {
        var count = await database.InTransactionAsync(
            async connection =>
            {
                if (!await Statement.FirstAsync(connection, "SELECT pg_try_advisory_xact_lock($1)", r => r.GetBoolean(0), cancellation, Statement.P(LockId))) return 0;
                var events = await Statement.AllAsync(
                    connection, "SELECT id, leaf, created_at FROM identity.user_security_events WHERE block IS NULL ORDER BY id LIMIT $1",
                    r => (Commitment: new EventCommitment(r.GetInt64(0), r.GetFieldValue<byte[]>(1)), At: r.GetDateTime(2)), cancellation, Statement.P(Most));
                if (events.Count == 0) return 0;
                var (log, position) = await Statement.FirstAsync(connection, "SELECT installation::text, pg_current_snapshot()::text FROM identity.schema_version", r => (r.GetString(0), r.GetString(1)), cancellation);
                var last = await BlockRow.LastAsync(connection, cancellation);
                var now = time.GetUtcNow();
                var block = MerkleBlock.Seal(log, last?.Header, [.. events.Select(e => e.Commitment)], now, position, Key);
                await BlockRow.InsertAsync(connection, block, now, cancellation);
                await Statement.RunAsync(
                    connection, "SELECT identity.seal_events($1, $2, $3, $4)", cancellation,
                    Statement.P(block.Header.Number), Statement.P(events.Select(e => e.Commitment.Id).ToArray()), Statement.P(events.Min(e => e.At)), Statement.P(events.Max(e => e.At)));
                return events.Count;
            },
            cancellation);
        if (count > 0) s_sealed.Add(count);
        return count;
    }

    public void Dispose() => _key?.Dispose();
}
