using Godwit.Http.Keys;
using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Postgres.Keyring;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.Security.Keyring.Persons;
using Npgsql;

namespace Godwit.Server.Keys;

/// <summary>The host's keyring, which lies in its database. From its opening to its end the host stands among those that a rotation waits for.</summary>
internal sealed class PlatformKeyring(Func<NpgsqlDataSource> open, SettingValues settings, TimeProvider time) : IPlatformKeyring, IAsyncDisposable
{
    private NpgsqlDataSource? _database;
    private PostgresKeyring? _keyring;
    private MasterKeySettings? _master;

    public IKeyUsage Usage => Opened.Usage;

    private PostgresKeyring Opened => _keyring ?? throw new InvalidOperationException("the keyring is opened before modules are prepared");

    /// <summary>Opens the keyring, and sees to it that there is an active key of each purpose.</summary>
    /// <exception cref="ModuleRefusedException">There is none, in production.</exception>
    /// <exception cref="KeyringException">The keyring is not what the master key sealed, or a key of it cannot be had.</exception>
    public async Task OpenAsync(MasterKeySettings master, IReadOnlyList<IPlatformModule> modules, CancellationToken cancellation)
    {
        _database = open();
        var sessions = new KeyringSessions(_database);
        _master = master;
        var there = await new PostgresKeyStore(sessions).LoadAsync(cancellation);
        List<KeyPurpose> missing = [.. modules.SelectMany(m => m.Purposes).Distinct().Where(p => there.ActiveOf(p) is null)];
        if (missing.Count > 0 && settings.Production)
            throw new ModuleRefusedException($"the keyring has no active key for {string.Join(", ", missing)}: `godwit keys create {missing[0]}` makes one");
        var administration = PostgresKeyring.Administer(sessions, master.Keys, time, "godwit serve, development");
        foreach (var purpose in missing) await CreateAsync(administration, sessions, purpose, cancellation);
        _keyring = await PostgresKeyring.OpenAsync(sessions, master.Keys, time, new PostgresKeyringOptions(), cancellation);
    }

    public Task<PurposeKeys> OpenAsync(KeyPurpose purpose, CancellationToken cancellation) => Opened.Keys.OpenAsync(purpose, cancellation);

    public Task<PersonKeys> OpenPersonsAsync(CancellationToken cancellation) => Opened.OpenPersonsAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_keyring is { } keyring) await keyring.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        _master?.Dispose();
    }

    private static async Task CreateAsync(KeyAdministration administration, KeyringSessions sessions, KeyPurpose purpose, CancellationToken cancellation)
    {
        try
        {
            await administration.CreateAsync(purpose, cancellation);
        }
        catch (KeyringException)
        {
            // Another host that starts now was first.
            if ((await new PostgresKeyStore(sessions).LoadAsync(cancellation)).ActiveOf(purpose) is null) throw;
        }
    }
}
