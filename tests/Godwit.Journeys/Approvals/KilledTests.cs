using System.Diagnostics;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Approvals;

/// <summary>What people do is one transaction: killed with SIGKILL anywhere in it, it was done or it was not.</summary>
[Trait("Category", "Soak")]
public sealed class KilledTests(PostgresServers servers)
{
    private const int Kills = 6;

    [Fact]
    public async Task A_person_is_pinned_or_not_wherever_the_command_is_killed()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers);
        await folder.PinAsync("Eve", "Operator");
        var whole = await TimeAsync(() => AddAsync(folder, "Ada"));
        for (var i = 1; i <= Kills; i++)
        {
            var name = $"Person {i}";
            await folder.MakeAsync(name);
            await KillAsync(folder, whole * i / Kills, "keys", "person", "add", name, "--public-key", folder.Public(name), "--role", "Reviewer", "--runbook", folder.Folder.File);
            await MustAgreeAsync(folder);
            (await AddAsync(folder, name)).MustBe(0);
            Assert.Equal(1, await folder.Target.ScalarAsync<long>($"SELECT count(*) FROM godwit.people WHERE name = '{name}'"));
        }
        Assert.Equal(Kills + 2, (await folder.JsonAsync(0, "keys", "person", "list", "--runbook", folder.Folder.File)).GetProperty("people").GetArrayLength());
    }

    [Fact]
    public async Task A_phase_is_approved_or_not_wherever_the_command_is_killed()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, $"\napprovals: {{switch: [{{role: Reviewer, count: {Kills + 1}}}]}}");
        await folder.PinAsync("Eve", "Operator");
        await folder.PinAsync("Ada", "Reviewer");
        for (var i = 1; i <= Kills; i++) await folder.PinAsync($"Person {i}", "Reviewer");
        await folder.SignPlanAsync("Eve");
        var whole = await TimeAsync(() => folder.ApproveAsync("Ada", "--phase", "switch"));
        var before = await CountAsync(folder);
        for (var i = 1; i <= Kills; i++)
        {
            await KillAsync(folder, whole * i / Kills, "approve", "--as", $"Person {i}", "--phase", "switch");
            Assert.InRange(await CountAsync(folder), before, before + 1);
            before = await CountAsync(folder);
            // What is there is whole: who asks is told how many count, and of no damage.
            if (before <= Kills) Assert.Contains($"{before} of {Kills + 1}", (await folder.Folder.RunAsync(i == 1 ? "run" : "resume")).MustBe(5).Output, StringComparison.Ordinal);
        }
        // What was cut off is no approval, and whoever approves again counts once.
        for (var i = 1; i <= Kills; i++) (await folder.ApproveAsync($"Person {i}", "--phase", "switch")).MustBe(0);
        if (!await folder.IsSwitchedAsync()) (await folder.Folder.RunAsync("resume")).MustBe(0);
        Assert.Equal(Kills + 1, await folder.Target.ScalarAsync<long>("SELECT count(DISTINCT person) FROM godwit.approvals WHERE purpose = 'approve-phase'"));
        Assert.True(await folder.IsSwitchedAsync());
    }

    private static Task<long> CountAsync(ApprovalFolder folder) => folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.approvals WHERE purpose = 'approve-phase'");

    /// <summary>The journal holds together, and the register's rows are what it says: `list` compares.</summary>
    private static async Task MustAgreeAsync(ApprovalFolder folder)
    {
        (await folder.RunAsync("journal", "verify", "--to", folder.Target.Url, "--run", Engine.People.PeopleRegister.Journal.ToString())).MustBe(0);
        (await folder.RunAsync("keys", "person", "list", "--runbook", folder.Folder.File)).MustBe(0);
    }

    private static async Task KillAsync(ApprovalFolder folder, TimeSpan after, params IReadOnlyList<string> arguments)
    {
        using var process = GodwitProcess.Start(folder.Folder.Path, folder.Folder.Environment, arguments);
        await Task.WhenAny(process.WaitAsync(), Task.Delay(after, TestContext.Current.CancellationToken));
        if (!process.HasExited) process.Kill();
    }

    /// <summary>How long an undisturbed one takes: the kills are spread over that.</summary>
    private static async Task<TimeSpan> TimeAsync(Func<Task<Outcome>> command)
    {
        var began = Stopwatch.GetTimestamp();
        (await command()).MustBe(0);
        return Stopwatch.GetElapsedTime(began);
    }

    private static async Task<Outcome> AddAsync(ApprovalFolder folder, string name)
    {
        if (!File.Exists(folder.Public(name))) await folder.MakeAsync(name);
        return await folder.RunAsync("keys", "person", "add", name, "--public-key", folder.Public(name), "--role", "Reviewer", "--runbook", folder.Folder.File);
    }
}
