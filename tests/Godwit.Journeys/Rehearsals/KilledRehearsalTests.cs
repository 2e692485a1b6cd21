using Godwit.TestServers;

namespace Godwit.Journeys.Rehearsals;

/// <summary>Rehearsals that do not come to their end, and such as come to it side by side.</summary>
public sealed class KilledRehearsalTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_rehearsal_does_not_count_and_the_next_one_leaves_no_server_of_it()
    {
        using var shop = await SlowAsync();
        await shop.BackUpAsync();
        // While the copy is restored, and in the middle of the way forward.
        using (var restoring = shop.Folder.Start("rehearse", "--count", "1"))
        {
            await Patience.UntilAsync(() => Task.FromResult(shop.Servers().Count > 0), tell: () => "there is no server");
            restoring.Kill();
        }
        await AtWorkAndKilledAsync(shop);
        Assert.NotEmpty(shop.Servers());
        Assert.Equal(0, await shop.OnRecordAsync());

        await File.WriteAllTextAsync(shop.Folder.In("outside"), "go on", Token);
        Assert.Equal(1, (await shop.RehearseAsync(0, "--count", "1")).GetProperty("good").GetInt32());
        Assert.Empty(shop.Servers());
        Assert.False(shop.HasScratch);
        Assert.Equal(1, await shop.OnRecordAsync());
    }

    [Fact]
    public async Task One_that_is_asked_to_end_ends_cleanly()
    {
        using var shop = await SlowAsync();
        await shop.BackUpAsync();
        using var rehearsal = shop.Folder.Start("rehearse", "--count", "1");
        await Patience.UntilAsync(() => Task.FromResult(File.Exists(shop.Folder.In("outside"))), tell: () => "the step was not begun");
        ProcessTree.Signal(rehearsal.Id, 15);
        var outcome = (await rehearsal.WaitAsync()).MustBe(4);
        Assert.Contains("does not count", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(shop.Servers());
        Assert.False(shop.HasScratch);
        Assert.Equal(0, await shop.OnRecordAsync());
    }

    [Fact]
    public async Task Two_at_once_do_not_disturb_each_other()
    {
        using var shop = await SlowAsync();
        await File.WriteAllTextAsync(shop.Folder.In("outside"), "go on", Token);
        await shop.BackUpAsync();
        using var one = shop.Folder.Start("rehearse", "--count", "1", "--afresh");
        using var other = shop.Folder.Start("rehearse", "--count", "1", "--afresh");
        (await one.WaitAsync()).MustBe(0);
        (await other.WaitAsync()).MustBe(0);
        Assert.Equal(2, await shop.OnRecordAsync());
        Assert.Equal(2, (await shop.RehearseAsync(0, "--count", "2")).GetProperty("good").GetInt32());
        Assert.Empty(shop.Servers());
    }

    private static async Task AtWorkAndKilledAsync(RehearsalFolder shop)
    {
        using var rehearsal = shop.Folder.Start("rehearse", "--count", "1");
        await Patience.UntilAsync(() => Task.FromResult(File.Exists(shop.Folder.In("outside"))), tell: () => "the step was not begun");
        rehearsal.Kill();
        File.Delete(shop.Folder.In("outside"));
    }

    /// <summary>A command that waits until it is ended, unless a file is there.</summary>
    private async Task<RehearsalFolder> SlowAsync()
    {
        var shop = await RehearsalFolder.PrepareAsync(servers, "CREATE TABLE public.legacy (id bigserial PRIMARY KEY, name text); INSERT INTO public.legacy (name) VALUES ('abc')");
        shop.Folder.Sql("things.sql", "CREATE TABLE things (id int)", "DROP TABLE things");
        await File.WriteAllTextAsync(shop.Folder.In("slow.sh"), $"test \"$GODWIT_REHEARSAL\" = 1 || exit 1\ntest -e {shop.Folder.In("outside")} && exit 0\necho begun > {shop.Folder.In("outside")}\nexec /bin/sleep 300\n", Token);
        return shop.Runbook(
            "  expand:\n    steps:\n      - sql: things.sql\n      - {id: slow, command: {run: [/bin/sh, slow.sh], undo: {run: [/bin/true]} } }",
            "rehearsal: {effects: [slow]}");
    }
}
