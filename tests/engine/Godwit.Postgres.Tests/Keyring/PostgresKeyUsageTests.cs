using Godwit.Conformance.Keyring;
using Godwit.Postgres.Keyring;
using Godwit.Security.Keyring;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Keyring;

public sealed class PostgresKeyUsageTests(PostgresServers servers) : KeyUsageConformance
{
    private readonly KeyringDatabase _database = new(servers);

    protected override async Task<IKeyUsage> OpenAsync() => new PostgresKeyUsage(await _database.SessionsAsync());
}
