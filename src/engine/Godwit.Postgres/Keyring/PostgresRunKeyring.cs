using Godwit.Engine.Keys;
using Godwit.Engine.Runs;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.Security.Keyring.Persons;

namespace Godwit.Postgres.Keyring;

/// <summary>The keyring of a run's target. It is opened when a step first asks for keys: a run without such a step needs no master key.</summary>
/// <param name="target">The target.</param>
/// <param name="environment">Where the master key is found.</param>
/// <param name="host">What the run is called among the keyring's hosts.</param>
/// <param name="time">The clock.</param>
public sealed class PostgresRunKeyring(PostgresTarget target, Func<string, string?> environment, string host, TimeProvider time) : IRunKeyring, IAsyncDisposable
{
    /// <summary>How long a rotation goes unnoticed between batches.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    /// <summary>How long a rotation waits for a run that was killed.</summary>
    private static readonly TimeSpan s_lasts = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private MasterKeySettings? _masters;
    private PostgresKeyring? _keyring;
    private PersonKeys? _persons;
    private long _looked;

    public IKeyUsage Usage => new GuardedUsage(_keyring?.Usage ?? throw new KeyringException("the keyring is not open"));

    public async Task<PurposeKeys> OpenAsync(KeyPurpose purpose, CancellationToken cancellation)
    {
        var keyring = await OpenAsync(cancellation);
        return await TargetFaults.GuardAsync(() => keyring.Keys.OpenAsync(purpose, cancellation));
    }

    public async Task<PersonKeyBatch> OpenPersonsAsync(IReadOnlyCollection<string> persons, bool create, CancellationToken cancellation)
    {
        var keyring = await OpenAsync(cancellation);
        return await TargetFaults.GuardAsync(async () =>
        {
            _persons ??= await keyring.OpenPersonsAsync(cancellation);
            await _persons.ReportUseAsync(cancellation);
            return await _persons.OpenAsync(persons, create, cancellation);
        });
    }

    public async Task RefreshAsync(bool now, CancellationToken cancellation)
    {
        if (_keyring is not { } keyring || (!now && time.GetElapsedTime(Interlocked.Read(ref _looked)) < s_interval)) return;
        Interlocked.Exchange(ref _looked, time.GetTimestamp());
        await TargetFaults.GuardAsync(async () =>
        {
            await keyring.RefreshAsync(cancellation);
            return true;
        });
    }

    public Task NoteColumnAsync(IRunSession session, KeyedColumn column, CancellationToken cancellation)
    {
        var pepper = column.Purpose == KeyPurpose.Pepper;
        return session.ExecuteAsync(
            """
            INSERT INTO godwit.key_columns (table_schema, table_name, column_name, kind, encoding) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (table_schema, table_name, column_name) DO UPDATE SET kind = excluded.kind, encoding = excluded.encoding
            """, cancellation, column.Table.Schema, column.Table.Name, column.Name, column.Purpose.Name, pepper ? "text" : "binary");
    }

    public async ValueTask DisposeAsync()
    {
        if (_keyring is not null)
        {
            try
            {
                if (_persons is not null) await _persons.ReportUseAsync(CancellationToken.None);
                await _keyring.DisposeAsync();
            }
            catch (Exception e) when (TargetFaults.IsTargets(e))
            {
                // The target is gone: what was used is counted by what was reserved, and the host is forgotten by its heartbeat.
            }
        }
        _masters?.Dispose();
        _gate.Dispose();
    }

    private async Task<PostgresKeyring> OpenAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_keyring is not null) return _keyring;
            _masters ??= MasterKeySettings.Load(environment);
            return _keyring = await TargetFaults.GuardAsync(() => PostgresKeyring.OpenAsync(target, _masters.Keys, time, new PostgresKeyringOptions { Host = host, Interval = s_interval, Lasts = s_lasts }, cancellation));
        }
        catch (MasterKeyException reason)
        {
            throw new KeyringException(reason.Message, reason.MayRetry, reason);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A count that could not be taken is a fault of the target, as one of the batch itself would be.</summary>
    private sealed class GuardedUsage(IKeyUsage usage) : IKeyUsage
    {
        public Task<long> AddAsync(KeyId id, long calls, CancellationToken cancellation) => TargetFaults.GuardAsync(() => usage.AddAsync(id, calls, cancellation));

        public Task<long> CountAsync(KeyId id, CancellationToken cancellation) => TargetFaults.GuardAsync(() => usage.CountAsync(id, cancellation));
    }
}
