using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Runbooks;

public sealed class ParameterTests : IDisposable
{
    private readonly RunbookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private RunbookFolder Book(string parameters, string step) =>
        _folder.Write("runbook.yaml", RunbookFolder.Head + $"parameters: {parameters}\nphases:\n  expand:\n    steps:\n      - {step}\n");

    private static StepSettings Step(Runbook runbook) => Assert.Single(runbook.Phases[0].Steps);

    [Fact]
    public void A_parameter_is_its_default_or_what_the_command_line_says()
    {
        Book("{time: 5s, unit: {default: x}}", "{pause: '${time}', title: 'waits ${time} ${unit}'}");
        Assert.Equal(("5s", "waits 5s x"), (Step(_folder.ReadClean()).Settings.Text("time"), Step(_folder.ReadClean()).Title));
        var other = _folder.ReadClean(("time", "7s"));
        Assert.Equal(("7s", "waits 7s x"), (Step(other).Settings.Text("time"), Step(other).Title));
        Assert.Equal("7s", other.Parameters["time"]);
    }

    [Fact]
    public void A_number_may_be_a_parameter()
    {
        _folder.Write("a.sql", "");
        Book("{lines: 25}", "{script: {up: a.sql, lines: '${lines}'}}");
        Assert.Equal(25, Step(_folder.ReadClean()).Settings.Whole("lines"));
        Assert.Equal(["runbook.yaml:8:37 GW1602"], _folder.Places(("lines", "many")));
    }

    [Theory]
    [InlineData("$${a}", "${a}")]
    [InlineData("$$${a}", "$${a}")]
    [InlineData("${a}${a}", "11")]
    [InlineData("$a $$ $1 {a} $$body$$", "$a $$ $1 {a} $$body$$")]
    [InlineData("${b}", "${a}")]
    public void Dollars_are_what_they_are_but_for_parameters(string written, string read) =>
        Assert.Equal(read, Step(Book("{a: 1, b: '${a}'}", $"{{pause: 1s, title: '{written}'}}").ReadClean()).Title);

    [Theory]
    [InlineData("${c}", "GW1609", "Parameters are declared")]
    [InlineData("${rows_}", "GW1609", "Did you mean \"rows\"?")]
    [InlineData("${rows", "GW1609", "Write ${name}")]
    [InlineData("${}", "GW1609", "Write ${name}")]
    [InlineData("${ rows }", "GW1609", "Write ${name}")]
    [InlineData("${rows:-5}", "GW1609", "Write ${name}")]
    public void What_is_no_declared_parameter_is_a_finding(string written, string code, string remedy)
    {
        var finding = Assert.Single(Book("{rows: 1}", $"{{pause: '{written}'}}").Read().Findings);
        Assert.Equal($"runbook.yaml:8:17 {code}", RunbookFolder.Describe(finding));
        Assert.StartsWith(remedy, finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_without_a_default_has_to_be_given()
    {
        Book("{a: {description: A word}}", "{pause: 1s, title: 'is ${a}'}");
        Assert.Equal(["runbook.yaml:4:17 GW1610"], _folder.Places());
        Assert.Equal("is x", Step(_folder.ReadClean(("a", "x"))).Title);
    }

    [Fact]
    public void What_the_command_line_sets_must_be_declared()
    {
        var finding = Assert.Single(Book("{owner: a}", "{pause: 1s}").Read(("onwer", "x")).Findings);
        Assert.Equal((FindingCodes.ParameterUnknown, "Did you mean \"owner\"?"), (finding.Code, finding.Remedy));
    }

    [Fact]
    public void A_parameter_can_be_the_word_null() =>
        Assert.Equal("null", Step(Book("{a: 'null'}", "pause: 1s\n        title: ${a}").ReadClean()).Title);

    [Fact]
    public void Nothing_but_steps_gates_tripwires_and_notices_is_filled_in()
    {
        _folder.Write("runbook.yaml", RunbookFolder.Head + "description: ${a}\nparameters: {a: 5}\nphases: {expand: {gates: [{count: {query: 'select ${a}'}}], steps: [{pause: 1s}]}}\n"
            + "tripwires: [{id: t, above: '${a}', sql: x}]\nnotices: [{when: [done], text: 'is ${a}', mail: [x@example.org]}]\n");
        var runbook = _folder.ReadClean();
        Assert.Equal("${a}", runbook.Description);
        Assert.Equal("select 5", runbook.Phases[0].Gates[0].Settings.Text("query"));
        Assert.Equal("5", runbook.Tripwires[0]!["above"]!.GetValue<string>());
        Assert.Equal("is 5", runbook.Notices[0]!["text"]!.GetValue<string>());
    }
}
