using Godwit.Conformance.Live;

namespace Godwit.Sqlite.Tests.Capture;

public sealed class SqliteLiveOwnerTests : LiveOwnerConformance
{
    protected override Task<LiveSourceWorld> MakeAsync() => Task.FromResult<LiveSourceWorld>(new SqliteLiveWorld());
}
