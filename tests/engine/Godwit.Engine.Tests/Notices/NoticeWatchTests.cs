using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Engine.Notices;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Notices;

/// <summary>Which entries of a journal tell of something, and that each tells once.</summary>
public sealed class NoticeWatchTests
{
    private static readonly Guid s_run = Guid.Parse("11111111-1111-1111-1111-111111111111");

    [Theory]
    [InlineData("run-began", "{}", "began")]
    [InlineData("phase-began", """{"phase":"switch"}""", "phase")]
    [InlineData("step-failed", """{"step":"a","reason":"no"}""", "failed")]
    [InlineData("step-failed", """{"step":"a","reason":"asked to pause","undecided":true}""", "")]
    [InlineData("step-not-verified", """{"step":"a","reason":"no"}""", "failed")]
    [InlineData("run-paused", """{"reason":"asked to pause"}""", "paused")]
    [InlineData("run-paused", """{"reason":"rolled back to the end of expand"}""", "")]
    [InlineData("run-paused", """{"reason":"a statement failed","failed":true}""", "failed")]
    [InlineData("run-resumed", """{"runner":"here","was":"Paused"}""", "resumed")]
    [InlineData("rehearsal-went-on", """{"runner":"here","was":"Paused"}""", "")]
    [InlineData("rollback-ended", """{"phase":"expand"}""", "rolled-back")]
    [InlineData("run-complete", "{}", "done")]
    [InlineData("run-finished", "{}", "finished")]
    [InlineData("run-rolled-back", "{}", "rolled-back")]
    [InlineData("run-aborted", "{}", "aborted")]
    [InlineData("gate", """{"gate":"approvals:switch","phase":"switch","state":"Inconclusive","summary":"1 of 2"}""", "approval-needed")]
    [InlineData("gate", """{"gate":"approvals:switch","phase":"switch","state":"Pass","summary":"2 of 2"}""", "")]
    [InlineData("gate", """{"gate":"switch-window","phase":"switch","state":"Fail","summary":"closed"}""", "")]
    [InlineData("step-applied", """{"step":"a"}""", "")]
    [InlineData("run-paused", "no JSON any more", "paused")]
    public void An_entry_tells_of_what_it_is_about(string kind, string body, string told) =>
        Assert.Equal(told, string.Join(",", Watch().Of([Entry(1, kind, body)]).Select(d => NoticeEvents.Word(d.Event))));

    [Fact]
    public void The_pause_after_a_failure_is_not_told_twice()
    {
        var watch = Watch();
        Assert.Single(watch.Of([Entry(1, "step-failed", """{"step":"a","reason":"no"}""")]));
        Assert.Empty(watch.Of([Entry(2, "run-paused", """{"reason":"step a: no"}""")]));
        Assert.Single(watch.Of([Entry(3, "run-paused", """{"reason":"asked to pause"}""")]));
    }

    [Fact]
    public void Each_resume_is_told_by_itself_and_what_went_before_where_nobody_said_it()
    {
        var watch = Watch();
        var (first, second) = (watch.Of([Entry(1, "run-resumed", """{"was":"Paused"}""")])[0], watch.Of([Entry(5, "run-resumed", """{"was":"Running"}""", hash: "a")])[0]);
        Assert.NotEqual(first.Key, second.Key);
        Assert.DoesNotContain("Before", first.Content.Text, StringComparison.Ordinal);
        Assert.Contains("Before: its runner was gone", second.Content.Text, StringComparison.Ordinal);
        Assert.Equal("running", second.Content.State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON any more")]
    [InlineData("null")]
    [InlineData("{\"subject\":1}")]
    public void What_somebody_changed_is_no_notice_and_stops_nothing(string content) => Assert.Null(NoticeContent.TryRead(content));

    [Fact]
    public void A_number_that_comes_again_after_a_restore_has_another_key()
    {
        var (one, other) = (Watch().Of([Entry(7, "run-began", "{}")])[0], Watch().Of([Entry(7, "run-began", "{}", hash: "f")])[0]);
        Assert.NotEqual(one.Key, other.Key);
    }

    [Fact]
    public void A_secret_in_a_reason_is_blotted_out_and_customers_are_told_no_reason()
    {
        var watch = Watch("customers");
        var entry = Entry(1, "run-paused", """{"reason":"connection postgres://u:hunter2secret@h failed"}""");
        Assert.DoesNotContain("hunter2secret", Watch().Of([entry])[0].Content.ToJson(), StringComparison.Ordinal);
        Assert.Contains("***", Watch().Of([entry])[0].Content.Text, StringComparison.Ordinal);
        var customers = watch.Of([entry])[0].Content;
        Assert.Null(customers.Reason);
        Assert.DoesNotContain("connection", customers.ToJson(), StringComparison.Ordinal);
    }

    private static NoticeWatch Watch(string audience = "team") => new(
        new RunbookPlan
        {
            Name = "shop", Parameters = new Dictionary<string, string>(StringComparer.Ordinal), KeepOld = TimeSpan.Zero, Files = new Dictionary<string, PlannedFile>(StringComparer.Ordinal),
            Roles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["CTO"] = ["Ada"] },
            Approvals = new Dictionary<Phase, IReadOnlyList<RequiredApproval>> { [Phase.Switch] = [new RequiredApproval("CTO")] },
            Notices = new JsonArray(new JsonObject { ["when"] = new JsonArray([.. NoticeEvents.All.Select(e => (JsonNode)NoticeEvents.Word(e))]), ["audience"] = audience, ["webhook"] = new JsonObject { ["env"] = "X" } }),
            Phases =
            [
                new PhaseSettings(Phase.Switch, TimeSpan.FromMinutes(5), [new GateSettings { Id = "switch-window", Kind = "window", Settings = new JsonObject { ["zone"] = "UTC" } }], []),
                new PhaseSettings(Phase.Contract, TimeSpan.FromMinutes(5), [], []),
            ],
        },
        s_run);

    private static JournalEntry Entry(long sequence, string kind, string body, string hash = "0") => new(sequence, DateTimeOffset.UnixEpoch, kind, body, "", new string(hash[0], 64));
}
