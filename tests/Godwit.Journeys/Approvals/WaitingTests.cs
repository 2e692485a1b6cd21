using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Approvals;

/// <summary>A runner that was told to wait goes on by itself once people have agreed.</summary>
public sealed class WaitingTests(PostgresServers servers)
{
    [Fact]
    public async Task A_runner_that_waits_goes_on_once_two_have_approved_at_the_same_time()
    {
        using var folder = await WithTwoAsync();
        using var runner = folder.Folder.Start("run", "--wait");
        await WaitedForAsync(folder);
        var status = (await folder.Folder.RunAsync("status")).MustBe(0).Output;
        Assert.Contains("waits for people:", status, StringComparison.Ordinal);
        Assert.Contains("godwit approve --phase switch --role Reviewer", status, StringComparison.Ordinal);
        using var one = folder.Folder.Start("approve", "--as", "Ada");
        using var other = folder.Folder.Start("approve", "--as", "Bob");
        (await one.WaitAsync()).MustBe(0);
        (await other.WaitAsync()).MustBe(0);
        (await runner.WaitAsync()).MustBe(0);
        Assert.True(await folder.IsSwitchedAsync());
        // Looking costs the record nothing: the gate was asked once closed and once open.
        Assert.Equal(2, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.gates WHERE gate = 'approvals:switch'"));
        Assert.Equal(2, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE kind = 'statement-received'"));
        (await folder.RunAsync("journal", "verify", "--to", folder.Target.Url)).MustBe(0);
    }

    [Fact]
    public async Task A_runner_that_waits_can_be_paused_and_killed_and_another_goes_on()
    {
        using var folder = await WithTwoAsync();
        using (var runner = folder.Folder.Start("run", "--wait"))
        {
            await WaitedForAsync(folder);
            (await folder.ApproveAsync("Ada")).MustBe(0);
            runner.Kill();
        }
        using (var second = folder.Folder.Start("resume", "--wait"))
        {
            await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.gates WHERE gate = 'approvals:switch' AND summary LIKE '1 of 2%'") == 1);
            (await folder.Folder.RunAsync("pause")).MustBe(0);
            Assert.Contains("asked to pause", (await second.WaitAsync()).MustBe(5).Output, StringComparison.Ordinal);
        }
        (await folder.ApproveAsync("Bob")).MustBe(0);
        (await folder.Folder.RunAsync("resume")).MustBe(0);
    }

    private static Task WaitedForAsync(ApprovalFolder folder) =>
        Patience.UntilAsync(async () => await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.gates') IS NOT NULL") && await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.gates WHERE gate = 'approvals:switch'") > 0);

    private async Task<ApprovalFolder> WithTwoAsync()
    {
        var folder = await ApprovalFolder.PrepareAsync(servers);
        foreach (var name in new[] { "Ada", "Bob" }) await folder.PinAsync(name, "Reviewer");
        await folder.PinAsync("Eve", "Operator");
        await folder.SignPlanAsync("Eve");
        return folder;
    }
}
