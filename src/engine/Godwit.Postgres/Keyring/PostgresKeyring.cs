using Godwit.Postgres.Connections;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.Security.Keyring.Persons;

namespace Godwit.Postgres.Keyring;

/// <summary>
/// The keyring of a database as one host works with it: the keys, kept up with what administrators change, and the administration of it. From its opening to its end the host stands in
/// <c>godwit.key_hosts</c>, and an activation waits for it.
/// </summary>
public sealed class PostgresKeyring : IAsyncDisposable
{
    private readonly KeyringSessions _sessions;
    private readonly PostgresSource? _own;
    private readonly PostgresKeyringOptions _options;
    private readonly TimeProvider _time;
    private readonly Guid _host = Guid.NewGuid();
    private readonly KeyPolicyMeter _meter = new();
    private readonly CancellationTokenSource _end = new();
    private Task _keepingUp = Task.CompletedTask;
    private readonly PostgresKeyAudit _audit;
    private long _reportedAt;

    private PostgresKeyring(KeyringSessions sessions, PostgresSource? own, MasterKeys masters, LiveKeyring keys, PostgresKeyringOptions options, TimeProvider time)
    {
        (_sessions, _own, Keys, _options, _time) = (sessions, own, keys, options, time);
        Usage = new PostgresKeyUsage(sessions);
        Administration = Administer(sessions, masters, time, options.Host);
        PersonKeys = new PostgresPersonKeyStore(sessions);
        _audit = new PostgresKeyAudit(sessions, options.Host);
        _reportedAt = time.GetTimestamp();
    }

    /// <summary>The keys of this host.</summary>
    public LiveKeyring Keys { get; }

    public KeyAdministration Administration { get; }

    /// <summary>The counts that all hosts share: what a <see cref="Security.Fields.FieldCipher"/> reserves from.</summary>
    public IKeyUsage Usage { get; }

    public IPersonKeyStore PersonKeys { get; }

    /// <summary>Why the last attempt to keep up did not succeed; null when it did. Keys that were loaded stay in use meanwhile.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Opens the keyring of a target, over sessions of its own.</summary>
    /// <exception cref="KeyringException">The keyring is not what the master key sealed, or that master key is not at hand.</exception>
    public static async Task<PostgresKeyring> OpenAsync(PostgresTarget target, MasterKeys masters, TimeProvider time, PostgresKeyringOptions? options = null, CancellationToken cancellation = default)
    {
        var source = target.OpenSource(new SessionSettings { RunId = "keyring", Role = "keys" });
        try
        {
            return await OpenAsync(new KeyringSessions(source), source, masters, time, options ?? new(), cancellation);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the keyring over the caller's sessions.</summary>
    /// <exception cref="KeyringException">The keyring is not what the master key sealed, or that master key is not at hand.</exception>
    public static Task<PostgresKeyring> OpenAsync(KeyringSessions sessions, MasterKeys masters, TimeProvider time, PostgresKeyringOptions? options = null, CancellationToken cancellation = default) =>
        OpenAsync(sessions, null, masters, time, options ?? new(), cancellation);

    /// <summary>The administration alone, for whoever changes the keyring and uses no key of it.</summary>
    /// <param name="host">What the caller is called in the audit.</param>
    public static KeyAdministration Administer(KeyringSessions sessions, MasterKeys masters, TimeProvider time, string host) =>
        new(new PostgresKeyStore(sessions), masters, new PostgresKeyAudit(sessions, host), new PostgresKeyDependents(sessions), new PostgresKeyUsage(sessions), time);

    /// <summary>Persons' data keys under this keyring.</summary>
    public async Task<PersonKeys> OpenPersonsAsync(CancellationToken cancellation) => new(PersonKeys, await Keys.OpenAsync(KeyPurpose.Person, cancellation), _audit, _time);

    /// <summary>Loads what administrators changed and says which keyring this host has: what happens every <see cref="PostgresKeyringOptions.Interval"/> by itself, and at once for a host that meets a key which it does not know.</summary>
    /// <exception cref="KeyringException">What <see cref="LiveKeyring.RefreshAsync"/> refuses.</exception>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        await Keys.RefreshAsync(cancellation);
        await AcknowledgeAsync(Keys.Position, cancellation);
        _meter.Update(await Administration.StatusAsync(RotationPolicy.Default, cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested) return;
        await _end.CancelAsync();
        await _keepingUp;
        try
        {
            await Keys.DisposeAsync();
            await using var connection = await _sessions.OpenAsync(CancellationToken.None);
            await KeyHosts.LeaveAsync(connection, _host, CancellationToken.None);
        }
        finally
        {
            _meter.Dispose();
            if (_own is not null) await _own.DisposeAsync();
            _end.Dispose();
        }
    }

    private static async Task<PostgresKeyring> OpenAsync(
        KeyringSessions sessions, PostgresSource? own, MasterKeys masters, TimeProvider time, PostgresKeyringOptions options, CancellationToken cancellation)
    {
        var keys = await LiveKeyring.LoadAsync(new PostgresKeyStore(sessions), masters, new PostgresKeyAudit(sessions, options.Host), time, cancellation);
        var keyring = new PostgresKeyring(sessions, own, masters, keys, options, time);
        try
        {
            // Noted before the keyring is loaded for good: a key is not activated between the two without this host.
            await keyring.AcknowledgeAsync(default, cancellation);
            await keyring.RefreshAsync(cancellation);
        }
        catch
        {
            await keys.DisposeAsync();
            throw;
        }
        keyring._keepingUp = Task.Run(keyring.KeepUpAsync, CancellationToken.None);
        return keyring;
    }

    private async Task AcknowledgeAsync(KeyringPosition position, CancellationToken cancellation)
    {
        await using var connection = await _sessions.OpenAsync(cancellation);
        await KeyHosts.AcknowledgeAsync(connection, _host, _options.Host, position, _options.Lasts, cancellation);
    }

    private async Task KeepUpAsync()
    {
        using var timer = new PeriodicTimer(_options.Interval, _time);
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(_end.Token)) return;
                await RefreshAsync(_end.Token);
                if (_time.GetElapsedTime(_reportedAt) >= _options.ReportEvery)
                {
                    await Keys.ReportUseAsync(_end.Token);
                    _reportedAt = _time.GetTimestamp();
                }
                Fault = null;
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            // Whatever it is, the host goes on with the keys that it has, and tries again.
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Fault = e;
            }
        }
    }
}
