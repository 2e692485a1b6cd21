namespace Godwit.Cli.Tests.Runbooks;

public sealed class CheckCommandTests : IDisposable
{
    private const string Book = """
        godwit: 1
        name: tenants
        target: {env: DATABASE_URL}
        parameters: {what: keys}
        phases:
          expand:
            deadline: 90m
            steps:
              - title: Adds ${what}
                sql: {up: up.sql, down: down.sql}
          contract:
            steps:
              - {sql: up.sql, irreversible: the old is gone, id: drop}
        """;

    private readonly RunbookCommandLine _line = new();

    public CheckCommandTests()
    {
        _line.Write("runbook.yaml", Book);
        _line.Write("up.sql", "select 1;\n");
        _line.Write("down.sql", "select 2;\n");
    }

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_runbook_in_order_is_told_phase_by_phase()
    {
        var run = await _line.RunAsync("check", _line.At("runbook.yaml"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal($"""
            note    GW1615 {_line.At("runbook.yaml")}:13:9: Step "drop" is a point of no return: the old is gone
            expand (deadline 90m)
              step sql-up (sql): Adds keys
            contract (deadline 4h)
              step drop (sql), point of no return
            {_line.At("runbook.yaml")} is in order

            """, run.Output);
    }

    [Fact]
    public async Task A_folder_stands_for_the_runbook_in_it() => Assert.Equal(0, (await _line.RunAsync("check", _line.Folder)).ExitCode);

    [Fact]
    public async Task Parameters_are_set_on_the_command_line()
    {
        var run = await _line.RunAsync("check", _line.Folder, "--set", "what=a=b", "--json");
        Assert.Equal("a=b", run.Json.GetProperty("parameters").GetProperty("what").GetString());
        Assert.Equal("Adds a=b", run.Json.GetProperty("phases")[0].GetProperty("steps")[0].GetProperty("title").GetString());
        Assert.Equal(1, (await _line.RunAsync("check", _line.Folder, "--set", "waht=x")).ExitCode);
    }

    [Theory]
    [InlineData("what")]
    [InlineData("=x")]
    [InlineData("what=1", "what=2")]
    public async Task What_is_no_assignment_is_misuse(params string[] set)
    {
        var run = await CommandLine.RunAsync(["check", .. set.SelectMany(s => new[] { "--set", s })]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--set", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_exit_with_1_and_say_what_to_do()
    {
        _line.Write("runbook.yaml", Book.Replace("deadline", "deadlin", StringComparison.Ordinal).Replace("up: up.sql", "up: gone.sql", StringComparison.Ordinal));
        var run = await _line.RunAsync("check", _line.At("runbook.yaml"));
        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"""
            error   GW1603 {_line.At("runbook.yaml")}:7:5: There is no key "deadlin" here
                      Did you mean "deadline"? Keys are: deadline, estimate, gates, steps
            error   GW1605 {_line.At("runbook.yaml")}:10:19: "up" names a file that is not there: gone.sql
                      Paths start at the folder of the file that names them
            note    GW1615 {_line.At("runbook.yaml")}:13:9: Step "drop" is a point of no return: the old is gone
            {_line.At("runbook.yaml")} has 2 errors

            """, run.Output);
    }

    [Fact]
    public async Task Json_is_one_document_whatever_came_of_it()
    {
        var passed = (await _line.RunAsync("check", _line.Folder, "--json")).Json;
        Assert.Equal(("check", "passed", 0, "tenants"), (passed.GetProperty("command").GetString(), passed.GetProperty("outcome").GetString(), passed.GetProperty("exitCode").GetInt32(), passed.GetProperty("name").GetString()));
        Assert.Equal("the old is gone", passed.GetProperty("phases")[1].GetProperty("steps")[0].GetProperty("irreversible").GetString());

        _line.Write("runbook.yaml", Book.Replace("irreversible: the old is gone, ", "", StringComparison.Ordinal));
        var run = await _line.RunAsync("check", _line.Folder, "--json");
        Assert.Equal(("refused", 1, 1), (run.Json.GetProperty("outcome").GetString(), run.Json.GetProperty("exitCode").GetInt32(), run.ExitCode));
        var finding = Assert.Single(run.Json.GetProperty("findings").EnumerateArray());
        Assert.Equal(("GW1614", _line.At("runbook.yaml") + ":13:9"), (finding.GetProperty("code").GetString(), finding.GetProperty("place").GetString()));
    }

    [Fact]
    public async Task A_missing_runbook_is_a_finding()
    {
        var run = await _line.RunAsync("check", _line.At("other.yaml"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("GW1601", run.Output, StringComparison.Ordinal);
    }
}
