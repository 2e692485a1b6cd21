using Godwit.Conformance.Keyring;
using Godwit.Postgres.Keyring;
using Godwit.Security.Keyring.Persons;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Keyring;

public sealed class PostgresPersonKeyStoreTests(PostgresServers servers) : PersonKeyStoreConformance
{
    private readonly KeyringDatabase _database = new(servers);

    protected override async Task<IPersonKeyStore> OpenAsync() => new PostgresPersonKeyStore(await _database.SessionsAsync());
}
