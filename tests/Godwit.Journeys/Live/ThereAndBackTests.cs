using Godwit.Engine.Live;
using Godwit.Journeys.Running;
using Godwit.Model.Moves;
using Godwit.Postgres.Live;
using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>An application goes on writing while it is taken to the new side, back, and there again: nothing acknowledged is lost, nothing is there twice.</summary>
public sealed class ThereAndBackTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writers_go_there_and_back_and_there_again()
    {
        using var journey = await Journey.PrepareAsync(servers, Bank.Schema);
        (await journey.MoveAsync()).MustBe(0);
        var plan = PlanJson.Read(await journey.Target.ScalarAsync<string>("SELECT plan FROM godwit.runs"));
        var move = Guid.NewGuid();
        using var old = SqliteLiveSource.Open(journey.Folder.Source, plan, move);
        await old.RecordAsync(Token);
        var sessions = LiveSessions.Of(token => journey.Target.OpenAsync(superuser: true, token));
        var now = new PostgresLiveSide(sessions, plan.Schema, PostgresLiveSide.TablesOf(plan.Schema, old.Tables, move), move);
        await now.MakeFenceAsync(Token);
        await now.RecordAsync(Token);
        IAuthority authority = new PostgresAuthority(sessions, move);
        var sides = new Dictionary<LiveSide, ILiveSide> { [LiveSide.Old] = old, [LiveSide.New] = now };
        var cutOver = new CutOver(sides, authority, TimeProvider.System);
        await using var bank = new Bank(journey.Folder.Source, journey.Target);
        bank.Open(4);
        foreach (var to in new[] { LiveSide.New, LiveSide.Old, LiveSide.New })
        {
            await bank.MoreAsync(200);
            // What is written at the one side flows to the other until it is switched.
            var (from, into) = to == LiveSide.New ? (sides[LiveSide.Old], sides[LiveSide.New]) : (sides[LiveSide.New], sides[LiveSide.Old]);
            for (var i = 0; i < 5; i++) await new LiveFlow(from, into).CarryAsync(Token);
            var times = await cutOver.RunAsync(to, TimeSpan.FromSeconds(60), _ => Task.CompletedTask, Token);
            bank.Endpoint = to;
            TestContext.Current.TestOutputHelper!.WriteLine($"{to}: writers paused for {times.Pause.TotalMilliseconds:0} ms, {times.Drained} keys drained");
            Assert.Equal((to, (LiveSide?)null), ((await authority.ReadAsync(Token)).Side, (await authority.ReadAsync(Token)).Towards));
        }
        await bank.MoreAsync(200);
        await bank.CloseAsync();
        while (await new LiveFlow(now, old).CarryAsync(Token) > 0) { }
        TestContext.Current.TestOutputHelper!.WriteLine($"{bank.Acknowledged} acknowledged, {bank.Refused} times told to try again");
        using var look = SqliteConnection.OpenForReading(journey.Folder.Source);
        bank.MustHold(Texts(look, "SELECT id FROM receipts"), look.QueryInteger("SELECT sum(balance) FROM accounts") ?? 0);
        bank.MustHold([.. (await journey.TextsAsync("SELECT id FROM receipts")).Select(t => t!)], (await journey.Target.ScalarAsync<long>("SELECT sum(balance)::bigint FROM accounts")));
        await now.RemoveAsync(Token);
        await old.RemoveAsync(Token);
        (await journey.VerifyAsync()).MustBe(0);
    }

    private static List<string> Texts(SqliteConnection connection, string sql)
    {
        var texts = new List<string>();
        using var statement = connection.Prepare(sql);
        while (statement.Step()) texts.Add(statement.GetText(0));
        return texts;
    }
}
