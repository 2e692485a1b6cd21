using System.Text;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Runbooks;

public sealed class RunbookPlannerTests : IDisposable
{
    private readonly RunbookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private RunbookFolder Book(string steps, string more = "") =>
        _folder.Write("up.sql", "create table a ();\n").Write("down.sql", "drop table a;\n")
            .Write("runbook.yaml", RunbookFolder.Head + more + $"phases: {{expand: {{steps: {steps}}}}}\n");

    private RunbookPlan Plan(params (string, string)[] set)
    {
        var planning = _folder.Plan(set);
        Assert.DoesNotContain(planning.Findings, f => f.Severity == Severity.Error);
        return planning.Plan!;
    }

    [Fact]
    public void A_plan_holds_the_text_of_its_files_and_no_places()
    {
        var plan = Book("[{script: {up: up.sql, down: down.sql}}, {id: again, script: {up: up.sql, down: down.sql}}]").Plan().Plan!;
        Assert.Equal(["down.sql", "up.sql"], plan.Files.Keys);
        Assert.Equal(new PlannedFile("0da5e58d9b90392b520cf69917d7c9db95c2141c2f1761342fdfadc499455ee4", "create table a ();\n"), plan.Files["up.sql"]);
        Assert.All(plan.Phases[0].Steps, s => Assert.Null(s.Place));
        Assert.Matches("^[0-9a-f]{64}$", plan.Hash);
    }

    [Fact]
    public void A_step_that_cannot_be_undone_must_say_so()
    {
        var planning = Book("[{script: up.sql}]").Plan();
        Assert.Null(planning.Plan);
        Assert.Equal("runbook.yaml:4:27 GW1614", RunbookFolder.Describe(Assert.Single(planning.Findings)));
    }

    [Fact]
    public void A_declared_point_of_no_return_is_noted()
    {
        var planning = Book("[{script: up.sql, irreversible: it is dropped}]").Plan();
        Assert.NotNull(planning.Plan);
        var finding = Assert.Single(planning.Findings);
        Assert.Equal((FindingCodes.PointOfNoReturn, Severity.Note), (finding.Code, finding.Severity));
        Assert.Contains("it is dropped", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_check_their_steps_and_gates_all_at_once()
    {
        _folder.Write("bad.sql", "nonsense").Write("runbook.yaml", RunbookFolder.Head + "phases: {expand: {gates: [{count: {query: nonsense}}], steps: [{script: bad.sql}, {id: b, script: {up: bad.sql}}]}}");
        Assert.Equal(["runbook.yaml:4:43 GW1602", "runbook.yaml:4:73 GW1602", "runbook.yaml:4:104 GW1602"], _folder.Plan().Findings.Select(RunbookFolder.Describe));
    }

    [Fact]
    public void What_is_wrong_with_one_step_does_not_hide_what_is_wrong_with_another()
    {
        _folder.Write("bad.sql", "nonsense").Write("runbook.yaml", RunbookFolder.Head + """
            phases:
              expand:
                gates:
                  - count: {}
                  - {id: g, count: {query: nonsense}}
                steps:
                  - script: {lines: 5}
                  - script: bad.sql
                  - {id: c, script: gone.sql}
                  - {id: d, script: bad.sql, tilte: x}
            """);
        var reading = _folder.Read();
        Assert.Null(reading.Runbook);
        Assert.Equal(["g"], reading.Draft!.Phases[0].Gates.Select(g => g.Id));
        Assert.Equal(["script-bad", "d"], reading.Draft.Phases[0].Steps.Select(s => s.Id));
        Assert.Equal([8, 11, 13], new RunbookPlanner(TestKinds.All).Check(reading.Draft).Select(f => ((Place.InFile)f.Place!).Line));
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xff }, "UTF-8")]
    [InlineData(new byte[] { 0x61, 0x00 }, "NUL")]
    public void A_file_that_no_plan_can_keep_is_a_finding(byte[] content, string message)
    {
        Book("[{script: {up: up.sql, down: down.sql}}]");
        File.WriteAllBytes(Path.Combine(_folder.Path, "up.sql"), content);
        var finding = Assert.Single(_folder.Plan().Findings);
        Assert.Equal("runbook.yaml:4:41 GW1616", RunbookFolder.Describe(finding));
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_too_large_is_a_finding()
    {
        Book("[{script: {up: up.sql, down: down.sql}}]");
        File.WriteAllText(Path.Combine(_folder.Path, "down.sql"), new string(' ', 4 * 1024 * 1024 + 1));
        Assert.Contains("larger than 4 MB", Assert.Single(_folder.Plan().Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_hashed_and_not_run()
    {
        Book("[{script: {up: up.sql, down: down.sql}}]");
        var without = Plan().Hash;
        File.WriteAllText(Path.Combine(_folder.Path, "up.sql"), "create table a ();\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("create table a ();\n", Plan().Files["up.sql"].Text);
        Assert.NotEqual(without, Plan().Hash);
    }

    [Fact]
    public void The_hash_covers_what_runs_and_not_where()
    {
        const string Steps = "[{script: {up: up.sql, down: down.sql}, title: '${word}'}]", Parameters = "parameters: {word: a}\n";
        var hash = Book(Steps, Parameters).Plan().Plan!.Hash;

        Assert.Equal(hash, Plan().Hash);
        Assert.NotEqual(hash, Plan(("word", "b")).Hash);
        Assert.NotEqual(hash, Book(Steps, Parameters + "retention: {keep_old: 8d}\n").Plan().Plan!.Hash);
        Assert.NotEqual(hash, Book(Steps, Parameters + "tripwires: [{id: a, sql: b, above: 1}]\n").Plan().Plan!.Hash);
        Assert.NotEqual(hash, new RunbookPlanner(TestKinds.All).Plan(Book(Steps, Parameters).ReadClean(), schema: "ab").Plan!.Hash);

        Assert.Equal(hash, Book(Steps, Parameters + "sources: {s: {env: A}}\n").Plan().Plan!.Hash);
        Assert.Equal(hash, Book(Steps, Parameters + "# a comment\ndescription: Other words.\n").Plan().Plan!.Hash);
        _folder.Write("runbook.yaml", File.ReadAllText(Path.Combine(_folder.Path, "runbook.yaml")).Replace("DATABASE_URL", "OTHER_URL", StringComparison.Ordinal));
        Assert.Equal(hash, Plan().Hash);
        _folder.Write("up.sql", "create table b ();\n");
        Assert.NotEqual(hash, Plan().Hash);
    }

    [Fact]
    public void A_thousand_migrations_are_one_plan()
    {
        var steps = string.Concat(Enumerable.Range(1, 1000).Select(i => $"      - script: {{up: m/{i:0000}.up.sql, down: m/{i:0000}.down.sql}}\n"));
        _folder.Write("runbook.yaml", RunbookFolder.Head + "phases:\n  expand:\n    steps:\n" + steps);
        for (var i = 1; i <= 1000; i++) _folder.Write($"m/{i:0000}.up.sql", $"select {i};\n").Write($"m/{i:0000}.down.sql", $"select -{i};\n");
        var plan = Plan();
        Assert.Equal((1000, 2000), (plan.Phases[0].Steps.Count, plan.Files.Count));
        Assert.Equal(plan.Hash, RunbookPlanJson.Read(RunbookPlanJson.Write(plan)).Hash);
    }

    [Fact]
    public void A_file_that_went_away_after_the_runbook_was_read_is_a_finding()
    {
        var runbook = Book("[{script: {up: up.sql, down: down.sql}}]").ReadClean();
        File.Delete(Path.Combine(_folder.Path, "up.sql"));
        Assert.Equal(FindingCodes.RunbookNoFile, Assert.Single(new RunbookPlanner(TestKinds.All).Plan(runbook).Findings).Code);
    }
}
