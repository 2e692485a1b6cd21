using Godwit.Conformance.Live;

namespace Godwit.Sqlite.Tests.Capture;

public sealed class SqliteLiveRecordingTests : LiveRecordingConformance
{
    protected override Task<LiveSourceWorld> MakeAsync() => Task.FromResult<LiveSourceWorld>(new SqliteLiveWorld());
}
