using Godwit.Conformance.Keyring;
using Godwit.Postgres.Keyring;
using Godwit.Security.Keyring;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Keyring;

public sealed class PostgresKeyAuditTests(PostgresServers servers) : KeyAuditConformance
{
    private readonly KeyringDatabase _database = new(servers);

    protected override async Task<IKeyAudit> OpenAsync() => await AuditAsync();

    protected override async Task<IReadOnlyList<KeyUnwrapped>> UnwrappedAsync() => await (await AuditAsync()).UnwrappingsAsync(TestContext.Current.CancellationToken);

    protected override async Task<IReadOnlyList<KeyUse>> UsesAsync() => await (await AuditAsync()).UsesAsync(TestContext.Current.CancellationToken);

    private async Task<PostgresKeyAudit> AuditAsync() => new(await _database.SessionsAsync(), "host");
}
