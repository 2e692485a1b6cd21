using Godwit.TestServers;

namespace Godwit.Journeys.Approvals;

/// <summary>Who has to approve before a phase begins, from the first key to the certificate.</summary>
public sealed class PhaseApprovalTests(PostgresServers servers)
{
    [Fact]
    public async Task A_run_waits_for_two_reviewers_who_are_not_the_author()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers);
        await folder.PinAsync("Ada", "Reviewer");
        await folder.PinAsync("Bob", "Reviewer");
        await folder.PinAsync("Cyd", "Reviewer", "Operator");
        Assert.Contains("GW1836", (await folder.Folder.RunAsync("run")).MustBe(1).Output, StringComparison.Ordinal);
        await folder.SignPlanAsync("Cyd");
        var paused = await folder.Folder.JsonAsync(5, "run");
        Assert.Equal("GW1835", Assert.Single(paused.GetProperty("findings").EnumerateArray()).GetProperty("code").GetString());
        Assert.Contains("0 of 2; missing: 2 of Reviewer", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.False(await folder.IsSwitchedAsync());

        (await folder.ApproveAsync("Ada")).MustBe(0);
        (await folder.ApproveAsync("Ada")).MustBe(0);
        Assert.Contains("1 of 2", (await folder.Folder.RunAsync("resume")).MustBe(5).Output, StringComparison.Ordinal);
        var own = (await folder.ApproveAsync("Cyd")).MustBe(1).Output;
        Assert.Contains("GW1834", own, StringComparison.Ordinal);
        Assert.Contains("signed the plan as its author", own, StringComparison.Ordinal);
        (await folder.ApproveAsync("Bob")).MustBe(0);
        (await folder.Folder.RunAsync("resume")).MustBe(0);
        Assert.True(await folder.IsSwitchedAsync());
    }
}
