using Godwit.Documents.Shapes;
using Godwit.Engine.Runbooks;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Runbooks;

public sealed class IncludeTests : IDisposable
{
    private readonly RunbookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Part(string id, string more = "") => $"godwit: 1\n{more}phases: {{expand: {{steps: [{{id: {id}, pause: 1s}}]}}}}\n";

    [Fact]
    public void A_files_steps_stand_after_those_of_the_files_it_includes()
    {
        _folder.Write("runbook.yaml", RunbookFolder.Head + "include: [one.yaml, two/two.yaml]\nphases: {expand: {steps: [{id: own, pause: 1s}]}}")
            .Write("one.yaml", Part("one"))
            .Write("two/two.yaml", Part("two", "include: [three.yaml]\n"))
            .Write("two/three.yaml", Part("three"));
        var runbook = _folder.ReadClean();
        Assert.Equal(["one", "three", "two", "own"], runbook.Phases[0].Steps.Select(s => s.Id));
        Assert.EndsWith("two/three.yaml:2:27", runbook.Phases[0].Steps[1].Place!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_start_at_the_file_that_names_them()
    {
        _folder.Write("runbook.yaml", RunbookFolder.Head + "include: [parts/a.yaml]\n")
            .Write("parts/a.yaml", "godwit: 1\nphases: {expand: {steps: [script: x.sql, script: ../y.sql]}}\n")
            .Write("parts/x.sql", "").Write("y.sql", "");
        Assert.Equal(["parts/x.sql", "y.sql"], _folder.ReadClean().Phases[0].Steps.Select(s => s.Settings.Text("up")));
    }

    [Fact]
    public void The_runbook_overrides_what_it_includes()
    {
        _folder.Write("runbook.yaml", RunbookFolder.Head + "include: [a.yaml]\nparameters: {t: 2s}\nsources: {s: {env: MINE}}\nphases: {expand: {deadline: 2h}}\n")
            .Write("a.yaml", "godwit: 1\nparameters: {t: 1s, u: 3}\nsources: {s: {env: THEIRS}}\nphases: {expand: {deadline: 1h, steps: [{pause: '${t}'}]}, verify: {deadline: 9m}}\n");
        var runbook = _folder.ReadClean();
        Assert.Equal("2s", runbook.Phases[0].Steps[0].Settings.Text("time"));
        Assert.Equal(["2s", "3"], [runbook.Parameters["t"], runbook.Parameters["u"]]);
        Assert.Equal(new ValueFrom(Environment: "MINE"), runbook.Sources["s"]);
        Assert.Equal([TimeSpan.FromHours(2), TimeSpan.FromMinutes(9)], runbook.Phases.Select(p => p.Deadline));
    }

    [Fact]
    public void Two_parts_may_not_declare_the_same()
    {
        _folder.Write("runbook.yaml", RunbookFolder.Head + "include: [a.yaml, b.yaml]\n")
            .Write("a.yaml", Part("a", "parameters: {p: 1}\nsources: {s: {env: A}}\n"))
            .Write("b.yaml", Part("b", "parameters: {p: 2}\nsources: {s: {env: B}}\n"));
        Assert.Equal(["b.yaml:2:17 GW1619", "b.yaml:3:14 GW1619"], _folder.Places());
    }

    [Fact]
    public void A_circle_is_a_finding_that_shows_it()
    {
        _folder.Write("runbook.yaml", RunbookFolder.Head + "include: [a.yaml]\n")
            .Write("a.yaml", Part("a", "include: [b.yaml]\n"))
            .Write("b.yaml", Part("b", "include: [a.yaml]\n"));
        var finding = Assert.Single(_folder.Read().Findings);
        Assert.Equal("b.yaml:2:11 GW1608", RunbookFolder.Describe(finding));
        Assert.Contains("a.yaml -> b.yaml -> a.yaml", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_included_twice_is_a_finding()
    {
        _folder.Write("runbook.yaml", RunbookFolder.Head + "include: [a.yaml, b.yaml]\n").Write("a.yaml", Part("a")).Write("b.yaml", Part("b", "include: [./a.yaml]\n"));
        Assert.Equal(["b.yaml:2:11 GW1608"], _folder.Places());
    }

    [Fact]
    public void Missing_files_and_ways_out_are_findings()
    {
        _folder.Write("runbook.yaml", RunbookFolder.Head + "include: [a.yaml, gone.yaml, ../x.yaml, /etc/hostname]\n").Write("a.yaml", Part("a"));
        Assert.Equal(["runbook.yaml:4:19 GW1605", "runbook.yaml:4:30 GW1606", "runbook.yaml:4:41 GW1606"], _folder.Places());
    }

    [Fact]
    public void What_comes_with_the_program_is_named_and_an_unknown_name_shows_what_there_is()
    {
        Assert.Equal(["godwit:checklists/learning-sol", "godwit:checklists/namaskah", "godwit:checklists/pheme", "godwit:checklists/suma-finance"], BuiltInRunbooks.Names);
        _folder.Write("runbook.yaml", RunbookFolder.Head + "include: [godwit:checklists/phem]\nphases: {expand: {steps: [{pause: 1s}]}}\n");
        var finding = Assert.Single(_folder.Read().Findings);
        Assert.Equal("runbook.yaml:4:11 GW1605", RunbookFolder.Describe(finding));
        Assert.StartsWith("Did you mean \"godwit:checklists/pheme\"? There are: godwit:checklists/learning-sol, ", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_has_no_target_and_no_roles()
    {
        _folder.Write("runbook.yaml", RunbookFolder.Head + "include: [a.yaml]\n").Write("a.yaml", Part("a", "target: {env: A}\nroles: {}\n"));
        Assert.Equal(["a.yaml:2:1 GW1603", "a.yaml:3:1 GW1603"], _folder.Places());
    }

    [Fact]
    public void A_part_that_cannot_be_read_leaves_the_others_checked()
    {
        _folder.Write("runbook.yaml", RunbookFolder.Head + "include: [a.yaml]\nphases: {expand: {steps: [{pause: x}]}}\n").Write("a.yaml", "a: b: c");
        Assert.Equal(["runbook.yaml:5:35 GW1602", "a.yaml:1:5 GW1601"], _folder.Places().Where(p => !p.EndsWith("GW1613", StringComparison.Ordinal)));
    }
}
