using Godwit.Conformance.Keyring;
using Godwit.Postgres.Keyring;
using Godwit.Security.Keyring;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Keyring;

public sealed class PostgresKeyStoreTests(PostgresServers servers) : KeyStoreConformance
{
    private readonly KeyringDatabase _database = new(servers);

    protected override async Task<IKeyStore> OpenAsync() => new PostgresKeyStore(await _database.SessionsAsync());

    protected override async Task<IReadOnlyList<KeyChange>> ChangesAsync() => await new PostgresKeyStore(await _database.SessionsAsync()).ChangesAsync(TestContext.Current.CancellationToken);
}
