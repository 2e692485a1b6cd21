using System.Text.Json;
using Godwit.TestServers;

namespace Godwit.Journeys.Approvals;

/// <summary>Boxes that no machine can look at, the file that carries a signature, and what is found of it afterwards.</summary>
public sealed class AttestationTests(PostgresServers servers)
{
    private const string Boxes = """
          expand:
            gates:
              - id: staging-tested
                attested: {statement: the migration was tried in staging, role: Operator}
              - id: reviewed
                attested: {statement: two engineers have read the scripts, role: Engineer, count: 2, independent: true}
            steps:
              - sql: first.sql
        """;

    [Theory]
    [InlineData("2001-01-01", 0)]
    [InlineData("2099-01-01", 1)]
    public async Task A_go_or_no_go_of_the_timetable_holds_the_phase_that_waits_for_it_and_from_its_time_every_phase(string date, int begun)
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers);
        const string Phases = """
              expand:
                steps: [sql: first.sql]
              switch:
                gates:
                  - id: go
                    attested: {statement: everybody is here and nothing speaks against it, role: CTO}
                steps: [sql: second.sql]
            """;
        const string Timetable = "\ntimetable: {date: DATE, entries: [{at: '01:30', what: Final go/no-go, who: [CTO], GATE}]}";
        folder.Folder.Runbook(Phases + Timetable.Replace("DATE", date, StringComparison.Ordinal).Replace("GATE", "gate: og", StringComparison.Ordinal));
        Assert.Contains("Did you mean \"go\"? Gates that people attest: go", (await folder.Folder.RunAsync("check")).MustBe(1).Output, StringComparison.Ordinal);
        folder.Folder.Runbook(Phases + Timetable.Replace("DATE", date, StringComparison.Ordinal).Replace("GATE", "decision: true", StringComparison.Ordinal));
        var before = (await folder.Folder.JsonAsync(0, "plan")).GetProperty("hash").GetString();
        folder.Folder.Runbook(Phases + Timetable.Replace("DATE", "2050-02-02", StringComparison.Ordinal).Replace("GATE", "gate: go", StringComparison.Ordinal));
        var later = (await folder.Folder.JsonAsync(0, "plan")).GetProperty("hash").GetString();
        folder.Folder.Runbook(Phases + Timetable.Replace("DATE", date, StringComparison.Ordinal).Replace("GATE", "gate: go", StringComparison.Ordinal));
        var hash = (await folder.Folder.JsonAsync(0, "plan")).GetProperty("hash").GetString();
        // That it waits is part of what people approve; until when is not.
        Assert.NotEqual(before, hash);
        Assert.Equal(later, hash);

        await folder.PinAsync("Ada", "CTO");
        var reason = (await folder.Folder.JsonAsync(5, "run")).GetProperty("reason").GetString()!;
        Assert.StartsWith(begun == 0 ? "gate go of expand: NoData: due since Mon 2001-01-01 01:30 UTC: 0 of 1; missing: CTO" : "gate go of switch: NoData: 0 of 1; missing: CTO", reason, StringComparison.Ordinal);
        Assert.Equal(begun, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE tablename = 'first'"));
        var status = await folder.Folder.JsonAsync(0, "status");
        Assert.Equal((begun == 0 ? "held" : "ahead", "go"), (status.GetProperty("timetable")[0].GetProperty("state").GetString(), status.GetProperty("timetable")[0].GetProperty("gate").GetString()));
        (await AttestAsync(folder, "go", "Ada")).MustBe(0);
        Assert.Equal("go", (await folder.Folder.JsonAsync(0, "status")).GetProperty("timetable")[0].GetProperty("state").GetString());
        (await folder.Folder.RunAsync("resume")).MustBe(0);
        Assert.Equal("go", (await folder.Folder.JsonAsync(0, "status")).GetProperty("timetable")[0].GetProperty("state").GetString());
        Assert.Contains("| go |", (await folder.Folder.RunAsync("report")).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_box_opens_by_the_word_of_those_whom_it_asks_and_the_record_names_them()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers);
        folder.Folder.Runbook(Boxes);
        await folder.PinAsync("Eve", "Operator", "Engineer");
        foreach (var name in new[] { "Ada", "Bob" }) await folder.PinAsync(name, "Engineer");
        await folder.SignPlanAsync("Eve");
        Assert.Contains("box reviewed: attestation of 2 of Engineer", (await folder.Folder.RunAsync("plan")).MustBe(0).Output, StringComparison.Ordinal);
        // An author may say what they did; what has to be somebody else's word is not theirs.
        (await AttestAsync(folder, "staging-tested", "Eve", "--statement", "run 17 of Tuesday, twice")).MustBe(0);
        Assert.Contains("GW1834", (await AttestAsync(folder, "reviewed", "Eve")).MustBe(1).Output, StringComparison.Ordinal);
        (await folder.Folder.RunAsync("run")).MustBe(5);
        foreach (var name in new[] { "Ada", "Bob" }) (await AttestAsync(folder, "reviewed", name)).MustBe(0);
        Assert.Contains("Its boxes are: staging-tested, reviewed", (await AttestAsync(folder, "nothing", "Ada")).MustBe(1).Output, StringComparison.Ordinal);
        var finished = await folder.Folder.JsonAsync(0, "resume");

        // What a person adds is theirs: the journal has its hash and not its words.
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE body LIKE '%Tuesday%'"));
        var certificate = JsonDocument.Parse(await File.ReadAllTextAsync(finished.GetProperty("certificate").GetString()!, TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(
            ["Ada as Engineer: reviewed", "Bob as Engineer: reviewed", "Eve as Operator: staging-tested"],
            certificate.GetProperty("statements").EnumerateArray().Select(s => $"{s.GetProperty("person").GetString()} as {s.GetProperty("role").GetString()}: {s.GetProperty("for").GetString()}").Order(StringComparer.Ordinal));
        (await folder.RunAsync("certificate", "verify", finished.GetProperty("certificate").GetString()!)).MustBe(0);
        var report = (await folder.Folder.RunAsync("report")).MustBe(0).Output.Replace("\\", "", StringComparison.Ordinal);
        Assert.Contains("staging-tested: the migration was tried in staging | Eve | Operator", report, StringComparison.Ordinal);
        Assert.Contains("The plan's author: Eve", report, StringComparison.Ordinal);
        var status = (await folder.Folder.RunAsync("status")).MustBe(0).Output;
        Assert.Contains("Ada as Engineer, signed", status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM godwit.approvals WHERE person = 'Ada'", "GONE")]
    [InlineData("UPDATE godwit.approvals SET document = replace(document, 'Ada', 'Eva') WHERE person = 'Ada'", "CHANGED")]
    public async Task What_a_gate_accepted_is_missed_when_somebody_takes_it_away(string tampering, string word)
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, "\napprovals: {expand: [Reviewer]}");
        await folder.PinAsync("Ada", "Reviewer");
        await folder.PinAsync("Eve", "Operator");
        await folder.SignPlanAsync("Eve");
        (await folder.ApproveAsync("Ada")).MustBe(0);
        (await folder.Folder.RunAsync("run")).MustBe(0);
        (await folder.RunAsync("journal", "verify", "--to", folder.Target.Url)).MustBe(0);
        // The table itself refuses.
        await Assert.ThrowsAnyAsync<Exception>(() => folder.Target.ExecuteAsync(tampering));
        await folder.TamperAsync(tampering);
        Assert.Contains("GW1841", (await folder.RunAsync("journal", "verify", "--to", folder.Target.Url)).MustBe(3).Output, StringComparison.Ordinal);
        Assert.Contains(word, (await folder.Folder.RunAsync("report")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_does_not_reach_the_database_signs_a_file()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, "\napprovals: {switch: [Reviewer]}");
        await folder.PinAsync("Ada", "Reviewer");
        await folder.PinAsync("Eve", "Operator");
        // The author too.
        (await folder.Folder.RunAsync("plan", "--sign", "--as", "Eve", "--out", folder.Folder.In("eve.json"))).MustBe(0);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.approvals"));
        (await folder.Folder.RunAsync("approve", "--import", folder.Folder.In("eve.json"))).MustBe(0);
        (await folder.Folder.RunAsync("run")).MustBe(5);
        var (plan, signed) = (folder.Folder.In("plan.json"), folder.Folder.In("ada.json"));
        (await folder.Folder.RunAsync("plan", "--out", plan)).MustBe(0);
        (await folder.RunAsync("approve", "--offline", plan, "--as", "Ada", "--out", signed)).MustBe(0);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.approvals WHERE person = 'Ada'"));

        var text = await File.ReadAllTextAsync(signed, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.Folder.In("edited.json"), text.Replace("\"switch\"", "\"contract\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await folder.Folder.RunAsync("approve", "--import", folder.Folder.In("edited.json"))).MustBe(1);
        (await folder.Folder.RunAsync("approve", "--import", plan)).MustBe(1);
        (await folder.Folder.RunAsync("approve", "--import", signed)).MustBe(0);
        (await folder.Folder.RunAsync("approve", "--import", signed)).MustBe(0);
        (await folder.Folder.RunAsync("resume")).MustBe(0);
    }

    [Fact]
    public async Task A_plan_that_was_edited_on_the_way_has_another_hash_and_what_is_signed_of_it_opens_nothing()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, "\napprovals: {switch: [Reviewer]}");
        await folder.PinAsync("Ada", "Reviewer");
        await folder.PinAsync("Eve", "Operator");
        await folder.SignPlanAsync("Eve");
        (await folder.Folder.RunAsync("run")).MustBe(5);
        var plan = folder.Folder.In("plan.json");
        (await folder.Folder.RunAsync("plan", "--out", plan)).MustBe(0);
        await File.WriteAllTextAsync(plan, (await File.ReadAllTextAsync(plan, TestContext.Current.CancellationToken)).Replace("public.second", "public.other", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await folder.RunAsync("approve", "--offline", plan, "--as", "Ada", "--out", folder.Folder.In("ada.json"))).MustBe(0);
        Assert.Contains("GW1831", (await folder.Folder.RunAsync("approve", "--import", folder.Folder.In("ada.json"))).MustBe(1).Output, StringComparison.Ordinal);
    }

    private static Task<Running.Outcome> AttestAsync(ApprovalFolder folder, string box, string name, params string[] more) => folder.RunAsync(["attest", box, folder.Folder.File, "--as", name, .. more]);
}
