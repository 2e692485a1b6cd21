using Godwit.Engine.Tripwires;
using Godwit.Postgres.Tests.Runbooks;
using Godwit.Postgres.Tripwires;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Tripwires;

public sealed class TripwireRowsTests(PostgresServers servers)
{
    private static readonly DateTimeOffset s_at = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Where_a_tripwire_stands_is_saved_without_what_it_fired_for_and_its_baseline()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        await Godwit.Postgres.Runs.RunSchema.EnsureAsync(connection, Token);
        await database.ExecuteAsync("ALTER TABLE godwit.tripwires DROP CONSTRAINT tripwires_run_fkey");
        var run = Guid.NewGuid();
        var stale = new TripwireRow("errors") { State = new TripwireState { LookedAt = s_at, Value = 4 } };
        var fired = stale with
        {
            State = stale.State with { Value = 6, Held = true }, Baseline = new Baseline(2, 5, s_at), Fired = new TripwireFired(s_at, TripwireCause.OutOfBounds, TripwireAction.Rollback, "above 5", null),
        };
        await TripwireRows.SaveAsync(connection, null, run, [fired], stateOnly: false, Token);
        await TripwireRows.SaveAsync(connection, null, run, [stale, new TripwireRow("other")], stateOnly: true, Token);
        Assert.Equal([fired with { State = stale.State }, new TripwireRow("other")], await TripwireRows.ReadAsync(connection, run, Token));
    }
}
