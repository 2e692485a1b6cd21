using Godwit.Conformance.Keyring;
using Godwit.Postgres.Keyring;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Keyring;

public sealed class PostgresKeyStoreTests(PostgresServers servers) : KeyStoreConformance
{
    private readonly KeyringDatabase _database = new(servers);

    protected override async Task<IKeyStore> OpenAsync() => new PostgresKeyStore(await _database.SessionsAsync());

    protected override async Task<IReadOnlyList<KeyChange>> ChangesAsync() => await new PostgresKeyStore(await _database.SessionsAsync()).ChangesAsync(TestContext.Current.CancellationToken);
}

public sealed class PostgresKeyUsageTests(PostgresServers servers) : KeyUsageConformance
{
    private readonly KeyringDatabase _database = new(servers);

    protected override async Task<IKeyUsage> OpenAsync() => new PostgresKeyUsage(await _database.SessionsAsync());
}

public sealed class PostgresKeyAuditTests(PostgresServers servers) : KeyAuditConformance
{
    private readonly KeyringDatabase _database = new(servers);

    protected override async Task<IKeyAudit> OpenAsync() => await AuditAsync();

    protected override async Task<IReadOnlyList<KeyUnwrapped>> UnwrappedAsync() => await (await AuditAsync()).UnwrappingsAsync(TestContext.Current.CancellationToken);

    protected override async Task<IReadOnlyList<KeyUse>> UsesAsync() => await (await AuditAsync()).UsesAsync(TestContext.Current.CancellationToken);

    private async Task<PostgresKeyAudit> AuditAsync() => new(await _database.SessionsAsync(), "host");
}

public sealed class PostgresPersonKeyStoreTests(PostgresServers servers) : PersonKeyStoreConformance
{
    private readonly KeyringDatabase _database = new(servers);

    protected override async Task<IPersonKeyStore> OpenAsync() => new PostgresPersonKeyStore(await _database.SessionsAsync());
}
