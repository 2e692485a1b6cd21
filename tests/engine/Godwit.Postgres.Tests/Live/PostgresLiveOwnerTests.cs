using Godwit.Conformance.Live;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Live;

public sealed class PostgresLiveOwnerTests(PostgresServers servers) : LiveOwnerConformance
{
    protected override async Task<LiveSourceWorld> MakeAsync() => await PostgresLiveWorld.MakeAsync(servers);
}
