using Godwit.Conformance.Live;
using Godwit.Engine.Live;
using Godwit.Postgres.Live;
using Godwit.Postgres.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Live;

/// <summary>The tables of a <see cref="PostgresLiveWorld"/> as the new side of a move, with sessions as a runner has them.</summary>
internal sealed class NewSide : IAsyncDisposable
{
    private readonly TargetSessions _sessions;

    private NewSide(PostgresLiveWorld world, ILiveSource source, Guid move, TargetSessions sessions)
    {
        (World, Source, _sessions) = (world, source, sessions);
        Side = new PostgresLiveSide(new LiveSessions(sessions.RentAsync, (_, _, _) => Task.CompletedTask), "public", PostgresLiveSide.TablesOf("public", source.Tables, move), move);
    }

    public PostgresLiveWorld World { get; }

    /// <summary>Never recorded: it is here for its tables.</summary>
    public ILiveSource Source { get; }

    public PostgresLiveSide Side { get; }

    public TestDatabase Database => World.Database;

    public static async Task<NewSide> MakeAsync(PostgresLiveWorld world)
    {
        var token = TestContext.Current.CancellationToken;
        await using (var connection = await world.Database.OpenAsync(cancellationToken: token)) await RunSchema.EnsureAsync(connection, token);
        var move = Guid.NewGuid();
        var sessions = new TargetSessions(await world.TargetAsync(), Guid.NewGuid(), extra: new Dictionary<string, string>(StringComparer.Ordinal) { [PostgresCapture.Setting] = move.ToString("N") });
        var side = new NewSide(world, await world.OpenAsync(move), move, sessions);
        await side.Side.MakeFenceAsync(token);
        await side.Side.RecordAsync(token);
        await side.Side.UnfenceAsync(token);
        return side;
    }

    public async ValueTask DisposeAsync()
    {
        await _sessions.DisposeAsync();
        await World.DisposeAsync();
    }
}
