using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Survival;

/// <summary>Ends of a move that a blow at a random place would hardly meet.</summary>
public sealed class WaysOutTests(PostgresServers servers)
{
    [Fact]
    public async Task A_mover_killed_after_its_last_commit_leaves_a_pointer_that_resume_clears()
    {
        await using var expedition = await Expedition.BeginAsync(await servers.DefaultAsync(), seed: 21);
        var (pointer, place) = (Path.Combine(expedition.Folder, "pointer"), "");
        await using (var mover = await expedition.GoOnAsync())
        {
            Assert.True(await expedition.Watch.FreezeAtAsync(mover, new Place(Stage.Copy, 1)));
            place = expedition.Pointer!;
            File.Copy(place, pointer);
            mover.Thaw();
            Assert.Equal(0, await mover.EndAsync());
        }
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Move(pointer, place);
        File.Delete(Path.Combine(expedition.Folder, "app.certificate.json"));
        await using var resume = expedition.Start("resume");
        Assert.True(await resume.EndAsync() == 0, resume.Output);
        await expedition.FinishAsync();
    }

    [Fact]
    public async Task An_abort_killed_while_it_removes_tables_leaves_the_run_as_it_was()
    {
        await using var expedition = await Expedition.BeginAsync(await servers.DefaultAsync(), seed: 22);
        await KillAtAsync(expedition, new Place(Stage.Copy, 20));
        await using (var reader = await HoldAsync(expedition, "LOCK TABLE public.visits IN ACCESS SHARE MODE"))
        {
            await using var abort = expedition.Start("abort");
            await WaitingAsync(expedition, "DROP TABLE%");
            await abort.KillAsync();
        }
        await expedition.FinishAsync();
    }

    [Fact]
    public async Task An_aborted_move_leaves_nothing_and_can_be_begun_again()
    {
        await using var expedition = await Expedition.BeginAsync(await servers.DefaultAsync(), seed: 23);
        await KillAtAsync(expedition, new Place(Stage.Index, 12));
        await using (var abort = expedition.Start("abort")) Assert.True(await abort.EndAsync() == 0, abort.Output);
        Assert.Equal(0L, await expedition.Watch.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"));
        Assert.Null(expedition.Pointer);
        await expedition.FinishAsync();
    }

    /// <summary>The server does not notice at once that the client of a waiting statement is gone: its session, and its locks, outlive the mover.</summary>
    [Fact]
    public async Task A_resume_waits_for_the_sessions_of_a_killed_mover_and_goes_on()
    {
        await using var expedition = await Expedition.BeginAsync(await servers.DefaultAsync(), seed: 24);
        await KillAtAsync(expedition, new Place(Stage.Copy, 31));
        var writer = await HoldAsync(expedition, "LOCK TABLE public.visits IN ROW EXCLUSIVE MODE");
        await using (var mover = expedition.Start("resume"))
        {
            await WaitingAsync(expedition, "CREATE INDEX%");
            await mover.KillAsync();
        }
        await using var second = expedition.Start("resume");
        await WaitingAsync(expedition, "CREATE INDEX%");
        await writer.DisposeAsync();
        Assert.True(await second.EndAsync() == 0, second.Output);
        await expedition.FinishAsync();
    }

    [Fact]
    public async Task A_second_mover_is_told_who_holds_the_run_while_the_first_lives()
    {
        await using var expedition = await Expedition.BeginAsync(await servers.DefaultAsync(), seed: 25);
        expedition.Environment["GODWIT_LEASE_SECONDS"] = "12";
        var writer = await HoldAsync(expedition, "SELECT 1");
        await using var first = await expedition.GoOnAsync();
        Assert.True(await expedition.Watch.FreezeAtAsync(first, new Place(Stage.Prepare, 7)));
        await using (var block = new NpgsqlCommand("LOCK TABLE public.visits IN ACCESS EXCLUSIVE MODE", writer)) await block.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        first.Thaw();
        await using (var move = expedition.Begin(expedition.Folder))
        {
            Assert.True(await move.EndAsync() == 1, move.Output);
            Assert.Contains("GW1309", move.Output, StringComparison.Ordinal);
        }
        await using (var resume = expedition.Start("resume"))
        {
            Assert.True(await resume.EndAsync() == 1, resume.Output);
            Assert.Contains("GW1307", resume.Output, StringComparison.Ordinal);
            Assert.Contains("process ", resume.Output, StringComparison.Ordinal);
        }
        Assert.NotNull(expedition.Pointer);
        await writer.DisposeAsync();
        Assert.True(await first.EndAsync() == 0, first.Output);
        await expedition.FinishAsync();
    }

    [Theory]
    [InlineData("--certificate", "/dev/null/app.certificate.json")]
    [InlineData("--certificate", "/tmp")]
    [InlineData("--not-moved", "/proc/not-moved.sql")]
    public async Task An_output_that_cannot_be_written_is_found_before_the_move(string option, string path)
    {
        await using var expedition = await Expedition.BeginAsync(await servers.DefaultAsync(), seed: 26);
        await using var mover = expedition.Start("move", "--from", expedition.Source, "--to", expedition.To, option, path);
        Assert.True(await mover.EndAsync() == 1, mover.Output);
        Assert.Contains("GW1405", mover.Output, StringComparison.Ordinal);
        Assert.Equal(0L, await expedition.Watch.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'godwit'"));
    }

    private static async Task KillAtAsync(Expedition expedition, Place place)
    {
        await using var mover = await expedition.GoOnAsync();
        Assert.True(await expedition.Watch.FreezeAtAsync(mover, place), mover.Output);
        await mover.KillAsync();
    }

    /// <summary>A stranger's open transaction; disposing it ends it.</summary>
    private static async Task<NpgsqlConnection> HoldAsync(Expedition expedition, string sql)
    {
        var connection = await expedition.Database.OpenAsync(superuser: true);
        await using var command = new NpgsqlCommand($"BEGIN; {sql}", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Waits until a session of godwit's waits for a lock in such a statement.</summary>
    private static async Task WaitingAsync(Expedition expedition, string statement)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await expedition.Watch.ScalarAsync<long>(
            $"SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'godwit%' AND wait_event_type = 'Lock' AND query LIKE '{statement}'") == 0)
            await Task.Delay(5, limit.Token);
    }
}
