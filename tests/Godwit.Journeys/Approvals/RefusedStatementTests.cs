using System.Text.Json;
using Godwit.Engine.People;
using Godwit.TestServers;

namespace Godwit.Journeys.Approvals;

/// <summary>What is put into the table and is not what it looks like opens nothing, and the run says which and why.</summary>
public sealed class RefusedStatementTests(PostgresServers servers)
{
    [Fact]
    public async Task One_that_somebody_else_signed_is_refused()
    {
        using var folder = await WithAdaAsync();
        await folder.MakeAsync("Mallory");
        // In Ada's name and under the thumbprint of Ada's key; signed with another.
        var ada = await Forgery.NewestAsync(folder, "Ada");
        var forged = ada.Write().Replace(ada.Statement.Nonce, Statement.NewNonce(), StringComparison.Ordinal);
        await Forgery.InsertAsync(folder, SignedStatement.TryRead(forged)!);
        await RefusesAsync(folder, "GW1830", "is not what the key");
        // With a key that nobody is pinned with.
        await Forgery.InsertAsync(folder, Forgery.Again(folder, ada, "Mallory", s => s with { Person = "Bob" }));
        await RefusesAsync(folder, "GW1833", "with which nobody is pinned");
        // With a key of Ada's, as Bob.
        await Forgery.InsertAsync(folder, Forgery.Again(folder, ada, "Ada", s => s with { Person = "Bob" }));
        await RefusesAsync(folder, "GW1830", "Bob's statement");
        // In a text that means the same, and is written otherwise.
        var spaced = Forgery.Again(folder, ada, "Bob", s => s with { Person = "Bob" });
        await Forgery.InsertAsync(folder, spaced, document: spaced.Write().Replace(",\"", ", \"", StringComparison.Ordinal));
        await RefusesAsync(folder, "GW1830", "is not what a person signs");
    }

    [Fact]
    public async Task One_that_was_signed_for_something_else_is_refused()
    {
        using var folder = await WithAdaAsync();
        var ada = await Forgery.NewestAsync(folder, "Ada");
        SignedStatement Bobs(Func<Statement, Statement> change) => Forgery.Again(folder, ada, "Bob", s => change(s with { Person = "Bob" }));
        // Rows that say switch, of statements that say something else: Bob did sign each of them.
        await Forgery.InsertAsync(folder, Bobs(s => s with { Subject = "expand" }), subject: "switch");
        await RefusesAsync(folder, "GW1831", "was signed for expand");
        await Forgery.InsertAsync(folder, Bobs(s => s with { Purpose = Purpose.ApproveRollback }), purpose: Purpose.ApprovePhase);
        await RefusesAsync(folder, "GW1831", "was signed to approve-rollback");
        await Forgery.InsertAsync(folder, Bobs(s => s with { Plan = new string('0', 64) }));
        await RefusesAsync(folder, "GW1831", "the runbook was changed since");
        await Forgery.InsertAsync(folder, Bobs(s => s with { Runbook = "store" }));
        await RefusesAsync(folder, "GW1831", "for the runbook store");
        await Forgery.InsertAsync(folder, Bobs(s => s with { Target = "1/2/3" }));
        await RefusesAsync(folder, "GW1831", "for another database");
        await Forgery.InsertAsync(folder, Bobs(s => s with { Run = Guid.Empty }));
        await RefusesAsync(folder, "GW1831", $"for run {Guid.Empty}");
    }

    [Fact]
    public async Task One_that_does_not_hold_any_more_or_not_yet_is_refused()
    {
        using var folder = await WithAdaAsync();
        var ada = await Forgery.NewestAsync(folder, "Ada");
        SignedStatement Bobs(Func<Statement, Statement> change) => Forgery.Again(folder, ada, "Bob", s => change(s with { Person = "Bob" }));
        await Forgery.InsertAsync(folder, Bobs(s => s with { At = s.At.AddHours(1), Expires = s.Expires.AddHours(1) }));
        await RefusesAsync(folder, "GW1832", "the database's clock says");
        await Forgery.InsertAsync(folder, Bobs(s => s with { At = s.At.AddHours(-1) }));
        await RefusesAsync(folder, "GW1832", "before Bob was pinned");
        await folder.TamperAsync("DELETE FROM godwit.approvals WHERE person = 'Bob'");
        // One that gives itself ten years has the runbook's seven days; one that gives itself a minute has that.
        await Forgery.InsertAsync(folder, Bobs(s => s with { Expires = s.At.AddMicroseconds(1) }));
        await RefusesAsync(folder, "GW1832", "held until");
        await Forgery.InsertAsync(folder, Bobs(s => s with { Expires = s.At.AddYears(10) }));
        (await folder.Folder.RunAsync("resume")).MustBe(0);
    }

    [Fact]
    public async Task One_whose_person_may_not_speak_does_not_count()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, ApprovalFolder.TwoReviewers + "\nroles: {reviewer: [Ada, Cyd]}");
        foreach (var (name, role) in new[] { ("Ada", "Reviewer"), ("Bob", "Reviewer"), ("Cyd", "Operator"), ("Eve", "Operator") }) await folder.PinAsync(name, role);
        await folder.SignPlanAsync("Eve");
        (await folder.Folder.RunAsync("run")).MustBe(5);
        (await folder.ApproveAsync("Ada")).MustBe(0);
        Assert.Contains("not among the people whom the runbook has as Reviewer", (await folder.ApproveAsync("Bob")).MustBe(1).Output, StringComparison.Ordinal);
        // Named in the runbook, which the author edits, and not in the target.
        Assert.Contains("Cyd is not pinned as Reviewer", (await folder.ApproveAsync("Cyd", "--role", "Reviewer")).MustBe(1).Output, StringComparison.Ordinal);
        Assert.Contains("nobody is asked as Operator", (await folder.ApproveAsync("Cyd", "--role", "Operator")).MustBe(1).Output, StringComparison.Ordinal);
        await Forgery.InsertAsync(folder, Forgery.Again(folder, await Forgery.NewestAsync(folder, "Ada"), "Bob", s => s with { Person = "Bob" }));
        await RefusesAsync(folder, "GW1834", "Bob's statement");
    }

    [Fact]
    public async Task What_was_agreed_to_before_a_rollback_is_used_up_by_it()
    {
        using var folder = await WithAdaAsync();
        (await folder.ApproveAsync("Bob")).MustBe(0);
        (await folder.Folder.RunAsync("resume")).MustBe(0);
        (await folder.Folder.RunAsync("rollback", "--to", "expand")).MustBe(6);
        var paused = await folder.Folder.JsonAsync(5, "resume");
        Assert.Contains("0 of 2", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains(paused.GetProperty("findings").EnumerateArray(), f => f.GetProperty("code").GetString() == "GW1832" && f.GetProperty("message").GetString()!.Contains("used up", StringComparison.Ordinal));
        (await folder.ApproveAsync("Ada")).MustBe(0);
        (await folder.ApproveAsync("Bob")).MustBe(0);
        (await folder.Folder.RunAsync("resume")).MustBe(0);
    }

    [Fact]
    public async Task One_for_the_run_that_came_first_does_not_serve_the_second()
    {
        using var folder = await WithAdaAsync(before: true);
        (await folder.ApproveAsync("Bob")).MustBe(0);
        (await folder.Folder.RunAsync("run")).MustBe(0);
        (await folder.Folder.RunAsync("rollback")).MustBe(6);
        var paused = await folder.Folder.JsonAsync(5, "run");
        Assert.Contains("for the run that came then", paused.GetProperty("findings").ToString(), StringComparison.Ordinal);
        Assert.True(await folder.Target.ScalarAsync<bool>("SELECT to_regclass('public.second') IS NULL"));
    }

    /// <summary>The run is paused for want of one more, for the reason given.</summary>
    private static async Task RefusesAsync(ApprovalFolder folder, string code, string why)
    {
        var paused = await folder.Folder.JsonAsync(5, "resume");
        var findings = paused.GetProperty("findings").EnumerateArray().ToList();
        Assert.True(findings.Exists(f => f.GetProperty("code").GetString() == code && f.GetProperty("message").GetString()!.Contains(why, StringComparison.Ordinal)), paused.GetProperty("findings").ToString());
        Assert.Contains("1 of 2", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.False(await folder.IsSwitchedAsync());
    }

    /// <summary>Ada has approved, Bob could, Eve is the author.</summary>
    private async Task<ApprovalFolder> WithAdaAsync(bool before = false)
    {
        var folder = await ApprovalFolder.PrepareAsync(servers);
        foreach (var name in new[] { "Ada", "Bob" }) await folder.PinAsync(name, "Reviewer");
        await folder.PinAsync("Eve", "Operator");
        await folder.SignPlanAsync("Eve");
        if (!before) (await folder.Folder.RunAsync("run")).MustBe(5);
        (await folder.ApproveAsync("Ada")).MustBe(0);
        return folder;
    }
}
