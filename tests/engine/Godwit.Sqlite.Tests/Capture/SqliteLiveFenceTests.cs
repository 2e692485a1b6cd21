using Godwit.Conformance.Live;

namespace Godwit.Sqlite.Tests.Capture;

public sealed class SqliteLiveFenceTests : LiveFenceConformance
{
    protected override Task<LiveSourceWorld> MakeAsync() => Task.FromResult<LiveSourceWorld>(new SqliteLiveWorld());
}
