using System.Text.Json;
using Godwit.TestServers;

namespace Godwit.Journeys.Approvals;

/// <summary>Where people are pinned, a rollback takes their signatures.</summary>
public sealed class RollbackApprovalTests(PostgresServers servers)
{
    [Fact]
    public async Task After_hours_it_takes_signatures_and_not_names()
    {
        using var folder = await SwitchedAsync();
        await AgeAsync(folder, "5 hours");
        var status = await folder.Folder.JsonAsync(0, "status");
        Assert.Equal(["CTO", "Product Owner"], status.GetProperty("rollback").GetProperty("approval").GetProperty("missing").EnumerateArray().Select(m => m.GetString()));
        var stated = (await folder.Folder.RunAsync("rollback", "--approved-by", "CTO: Ada", "--approved-by", "Product Owner: Grace")).MustBe(1).Output;
        Assert.Contains("GW1842", stated, StringComparison.Ordinal);
        Assert.Contains("godwit approve --rollback --role \"Product Owner\"", stated, StringComparison.Ordinal);
        (await folder.ApproveAsync("Ada", "--rollback", "--role", "CTO")).MustBe(0);
        // One person counts once, whatever roles they have.
        (await folder.ApproveAsync("Ada", "--rollback", "--role", "Product Owner")).MustBe(0);
        Assert.Contains("missing: Product Owner", (await folder.Folder.RunAsync("rollback")).MustBe(1).Output, StringComparison.Ordinal);
        (await folder.ApproveAsync("Grace", "--rollback")).MustBe(0);
        Assert.Contains("Grace (Product Owner)", (await folder.Folder.RunAsync("status")).MustBe(0).Output, StringComparison.Ordinal);
        (await folder.Folder.RunAsync("rollback")).MustBe(6);
        var body = JsonDocument.Parse(await folder.Target.ScalarAsync<string>("SELECT body FROM godwit.journal WHERE kind = 'rollback-decided'")).RootElement;
        Assert.Equal([("Ada", "CTO", "signed"), ("Grace", "Product Owner", "signed")], body.GetProperty("approvals").EnumerateArray().Select(a => (a.GetProperty("name").GetString()!, a.GetProperty("role").GetString()!, a.GetProperty("proof").GetString()!)));
        var report = (await folder.Folder.RunAsync("report")).MustBe(0).Output;
        Assert.Contains("Ada (CTO), signed", report.Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("| as signed |", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_approval_is_for_one_way_back_of_one_run_and_not_for_a_phase()
    {
        using var folder = await SwitchedAsync();
        await AgeAsync(folder, "5 hours");
        foreach (var name in new[] { "Ada", "Grace" }) (await folder.ApproveAsync(name, "--rollback", "--to", "expand")).MustBe(0);
        Assert.Contains("missing: CTO and Product Owner", (await folder.Folder.RunAsync("rollback")).MustBe(1).Output, StringComparison.Ordinal);
        (await folder.Folder.RunAsync("rollback", "--to", "expand")).MustBe(6);
        (await folder.Folder.RunAsync("resume")).MustBe(0);
        await AgeAsync(folder, "5 hours");
        var again = (await folder.Folder.RunAsync("rollback", "--to", "expand")).MustBe(1).Output;
        Assert.Contains("used up when the run went back", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_that_waits_begins_once_people_have_agreed_and_a_pause_leaves_the_run_as_it_was()
    {
        using var folder = await SwitchedAsync();
        await AgeAsync(folder, "5 hours");
        using (var waiting = folder.Folder.Start("rollback", "--wait"))
        {
            await UntilItWaitsAsync(folder, 1);
            (await folder.Folder.RunAsync("pause")).MustBe(0);
            Assert.Contains("missing: CTO and Product Owner", (await waiting.WaitAsync()).MustBe(1).Output, StringComparison.Ordinal);
        }
        Assert.Equal("Finished", await folder.Target.ScalarAsync<string>("SELECT state FROM godwit.runs"));
        using var runner = folder.Folder.Start("rollback", "--wait");
        await UntilItWaitsAsync(folder, 2);
        Assert.True(await folder.IsSwitchedAsync());
        (await folder.ApproveAsync("Ada", "--rollback")).MustBe(0);
        (await folder.ApproveAsync("Grace", "--rollback")).MustBe(0);
        (await runner.WaitAsync()).MustBe(6);
        Assert.False(await folder.IsSwitchedAsync());
        Assert.Equal(2, await folder.Target.ScalarAsync<int>("SELECT jsonb_array_length(body::jsonb -> 'approvals') FROM godwit.journal WHERE kind = 'rollback-decided'"));
    }

    [Fact]
    public async Task What_people_cannot_mend_is_not_waited_for()
    {
        using var folder = await SwitchedAsync();
        await AgeAsync(folder, "4 days");
        Assert.Equal(["GW1739", "GW1738"], (await folder.Folder.JsonAsync(1, "rollback", "--wait")).GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString()));
    }

    private static Task UntilItWaitsAsync(ApprovalFolder folder, int times) =>
        Patience.UntilAsync(async () => await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE kind = 'rollback-waits'") >= times);

    [Fact]
    public async Task Within_the_first_hour_a_pinned_engineering_lead_is_asked()
    {
        using var folder = await SwitchedAsync();
        (await folder.Folder.RunAsync("status")).MustBe(0);
        await folder.PinAsync("Lin", "engineering-lead");
        Assert.Contains("missing: Engineering Lead", (await folder.Folder.RunAsync("rollback")).MustBe(1).Output, StringComparison.Ordinal);
        (await folder.ApproveAsync("Lin", "--rollback")).MustBe(0);
        (await folder.Folder.RunAsync("rollback")).MustBe(6);
    }

    [Fact]
    public async Task Whoever_cannot_wait_for_anybody_says_why_and_what_was_missing_stays_on_record()
    {
        using var folder = await SwitchedAsync();
        await AgeAsync(folder, "4 days");
        var refused = await folder.Folder.JsonAsync(1, "rollback");
        Assert.Equal(["GW1739", "GW1738"], refused.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString()));
        (await folder.Folder.RunAsync("rollback", "--override", "customers' money is at risk and nobody answers")).MustBe(6);
        var body = JsonDocument.Parse(await folder.Target.ScalarAsync<string>("SELECT body FROM godwit.journal WHERE kind = 'rollback-decided'")).RootElement;
        Assert.Equal(["Executive Team"], body.GetProperty("missing").EnumerateArray().Select(m => m.GetString()));
        Assert.Contains("nobody answers (without Executive Team)", (await folder.Folder.RunAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_is_pinned_what_is_stated_counts_and_is_called_unproved()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, "");
        (await folder.Folder.RunAsync("run")).MustBe(0);
        await AgeAsync(folder, "5 hours");
        (await folder.Folder.RunAsync("rollback", "--approved-by", "cto: Ada", "--approved-by", "Product Owner: Grace")).MustBe(6);
        Assert.Equal(2, await folder.Target.ScalarAsync<int>("SELECT (length(body) - length(replace(body, '\"proof\":\"unproved\"', ''))) / 18 FROM godwit.journal WHERE kind = 'rollback-decided'"));
        Assert.Contains("Ada (cto, unproved)", (await folder.Folder.RunAsync("status")).Output, StringComparison.Ordinal);
        Assert.Contains("unproved: as stated", (await folder.Folder.RunAsync("report")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_left_to_people_after_a_rollback_is_signed_before_the_run_counts_as_rolled_back()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, "\ninclude: [part.yaml]\nrollback:\n  attested:\n    - {id: logs-read, statement: the logs were read, role: Operator}");
        folder.Folder.Write("part.yaml", "godwit: 1\nrollback:\n  attested:\n    - {id: told, statement: everybody knows, role: Operator}\n  checklist:\n    - {name: it answers, sql: SELECT true}\n");
        await folder.PinAsync("Olga", "Operator");
        (await folder.Folder.RunAsync("run")).MustBe(0);
        // Before there was a rollback nobody can know what it left.
        Assert.Contains("GW1832", (await folder.RunAsync("attest", "told", folder.Folder.File, "--as", "Olga")).MustBe(1).Output, StringComparison.Ordinal);
        var paused = (await folder.Folder.RunAsync("rollback")).MustBe(5).Output;
        Assert.Contains("`godwit attest logs-read --role Operator`", paused, StringComparison.Ordinal);
        (await folder.RunAsync("attest", "logs-read", folder.Folder.File, "--as", "Olga")).MustBe(0);
        (await folder.RunAsync("attest", "told", folder.Folder.File, "--as", "Olga")).MustBe(0);
        (await folder.Folder.RunAsync("rollback")).MustBe(6);
        Assert.Contains("box told", (await folder.Folder.RunAsync("report")).MustBe(0).Output, StringComparison.Ordinal);
    }

    private async Task<ApprovalFolder> SwitchedAsync()
    {
        var folder = await ApprovalFolder.PrepareAsync(servers, "");
        await folder.PinAsync("Ada", "CTO", "Product Owner");
        await folder.PinAsync("Grace", "Product Owner");
        (await folder.Folder.RunAsync("run")).MustBe(0);
        return folder;
    }

    private static Task AgeAsync(ApprovalFolder folder, string age) => folder.Target.ExecuteAsync($"UPDATE godwit.phases SET began_at = began_at - interval '{age}', ended_at = ended_at - interval '{age}'");
}
