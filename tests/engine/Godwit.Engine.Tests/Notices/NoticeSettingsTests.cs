using Godwit.Engine.Notices;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Tests.Runbooks;

namespace Godwit.Engine.Tests.Notices;

public sealed class NoticeSettingsTests : IDisposable
{
    private readonly RunbookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("- {when: [done], text: 'Done, {foo}', mail: [a@example.org]}", "runbook.yaml:6:26 GW1870")]
    [InlineData("- {when: [done], subject: '{Run}', webhook: HOOK}", "runbook.yaml:6:29 GW1870")]
    [InlineData("- {when: [done], mail: [\"Ada <a@example.org>\"]}", "runbook.yaml:6:27 GW1871")]
    [InlineData("- {when: [done], mail: [a@example.org, b]}", "runbook.yaml:6:42 GW1871")]
    [InlineData("- {id: a, when: [done], webhook: X}\n  - {id: a, when: [done], webhook: X}", "runbook.yaml:7:5 GW1871")]
    [InlineData("- {when: [before], webhook: X}", "runbook.yaml:6:12 GW1871")]
    [InlineData("- {when: [failed], audience: customers, text: '{reason}', webhook: X}", "runbook.yaml:6:49 GW1873")]
    [InlineData("- {when: [done], webhook: {env: X, headers: {Authorization: abc}}}", "runbook.yaml:6:29 GW1607")]
    [InlineData("- {when: [nothing], webhook: X}", "runbook.yaml:6:13 GW1602")]
    public void What_is_wrong_with_a_notice_is_found_at_its_place(string notice, string place) =>
        Assert.Equal(place, Assert.Single(Book($"notices:\n  {notice}").Places()));

    [Theory]
    [InlineData("mail: {server: 'smtp.example.org:465'}", "GW1871")]
    [InlineData("mail: {server: 'a b'}", "GW1871")]
    [InlineData("mail: {from: nobody}", "GW1871")]
    [InlineData("mail: {password: hunter22}", "GW1607")]
    [InlineData("oncall: {zone: Middle/Earth, people: [Ada]}", "GW1874")]
    [InlineData("oncall: {people: [Ada], rotation: {starts: 2026-02-31, order: [Ada]}}", "GW1874")]
    [InlineData("oncall: {people: [Ada], rotation: {starts: 2026-11-23, order: [Eve]}}", "GW1874")]
    [InlineData("oncall: {people: [{name: Ada, from: 2026-11-24, to: 2026-11-23}]}", "GW1874")]
    [InlineData("oncall: {people: [{name: Ada, role: king}]}", "GW1617")]
    [InlineData("timetable: {entries: [{after: 5m, what: x}]}", "GW1875")]
    [InlineData("timetable: {entries: [{at: '01:30', after: 5m, what: x}]}", "GW1875")]
    [InlineData("timetable: {date: 2026-02-31, entries: [{at: '01:30', what: x}]}", "GW1875")]
    public void What_is_wrong_with_the_rest_is_found_too(string top, string code) => Assert.EndsWith(code, Assert.Single(Book(top).Places()), StringComparison.Ordinal);

    [Fact]
    public void Addresses_shifts_times_and_estimates_are_no_part_of_the_hash_and_texts_are()
    {
        var hash = Hash("a@example.org", "Ada", "02:00", "5m", "Done.");
        Assert.Equal(hash, Hash("b@example.org", "Bob", "03:00", "9m", "Done."));
        Assert.NotEqual(hash, Hash("a@example.org", "Ada", "02:00", "5m", "Over."));

        string Hash(string address, string name, string time, string estimate, string text) => Plan(address, name, time, estimate, text).Hash;
    }

    [Fact]
    public void A_plan_comes_back_from_the_target_with_its_addresses()
    {
        var plan = Plan("a@example.org", "Ada", "02:00", "5m", "Done.");
        var back = RunbookPlanJson.Read(RunbookPlanJson.Write(plan));
        Assert.Equal(plan.Hash, back.Hash);
        Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(plan.Notices, back.Notices));
        Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(plan.OnCall, back.OnCall));
        Assert.Equal(TimeSpan.FromMinutes(5), back.Phases[0].Estimate);
        Assert.Equal(["a@example.org"], Assert.IsType<NoticeChannel.Mail>(NoticeSettings.All(back)[0].Channel).To);
    }

    [Fact]
    public void A_notice_as_an_older_program_kept_it_is_read()
    {
        var notices = System.Text.Json.Nodes.JsonNode.Parse("""[{"when":["done"],"text":"Done.","mail":["all@example.org"]}]""")!.AsArray();
        var notice = Assert.Single(NoticeSettings.All(notices));
        Assert.Equal(("mail-1", "Done.", false, TimeSpan.FromHours(1)), (notice.Id, notice.Text, notice.Required, notice.GiveUp));
    }

    private Godwit.Model.Runbooks.RunbookPlan Plan(string address, string name, string time, string estimate, string text) => _folder.Write(
        "runbook.yaml",
        RunbookFolder.Head + $"oncall: {{people: [{name}]}}\ntimetable: {{entries: [{{at: '{time}', what: x}}]}}\nnotices: [{{when: [done], text: {text}, link: 'https://{name}.example', mail: [{address}]}}]\n"
        + $"phases: {{expand: {{estimate: {estimate}, steps: [{{pause: 1s}}]}}}}\n").Plan().Plan!;

    private RunbookFolder Book(string top) => _folder.Write("runbook.yaml", RunbookFolder.Head + "phases: {expand: {steps: [{pause: 1s}]}}\n" + top + "\n");
}
