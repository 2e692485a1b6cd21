using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Cli.Runbooks;
using Godwit.Documents;
using Godwit.Documents.Tests.Shapes;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;

namespace Godwit.Cli.Tests.Runbooks;

public sealed class InitCommandTests : IDisposable
{
    private readonly RunbookCommandLine _line = new();

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task What_it_writes_passes_check()
    {
        var run = await _line.RunAsync("init", _line.At("my Book.1"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var check = await _line.RunAsync("check", _line.At("my Book.1"), "--json");
        Assert.Equal((0, "my-book-1"), (check.ExitCode, check.Json.GetProperty("name").GetString()));
        Assert.Empty(check.Json.GetProperty("findings").EnumerateArray());
        Assert.Equal("sql-001_example", check.Json.GetProperty("phases")[0].GetProperty("steps")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task It_passes_check_with_the_kinds_that_this_program_has()
    {
        Assert.Equal(0, (await CommandLine.RunAsync("init", _line.Folder)).ExitCode);
        var check = await CommandLine.RunAsync("check", _line.Folder);
        Assert.True(check.ExitCode == 0, check.Output);
    }

    [Fact]
    public async Task Every_setting_that_is_switched_off_is_valid_too()
    {
        await _line.RunAsync("init", _line.Folder);
        var text = await File.ReadAllTextAsync(_line.At("runbook.yaml"), TestContext.Current.CancellationToken);
        _line.Write("runbook.yaml", Regex.Replace(text, @"^#(?! \S)", "", RegexOptions.Multiline, TimeSpan.FromSeconds(1)));
        var check = await _line.RunAsync("check", _line.Folder);
        Assert.True(check.ExitCode == 0, check.Output);
        var schema = JsonNode.Parse(FirstRunbook.Files("a", TestSqlKind.Alone)[FirstRunbook.SchemaFile])!.AsObject();
        var document = YamlReader.ReadFile(_line.At("runbook.yaml"), FindingCodes.RunbookUnreadable).Root!;
        Assert.True(new SchemaValidator(schema).IsValid(SchemaValidator.FromYaml(document)));
        var keys = new RunbookShape(TestSqlKind.Alone).Document.Fields.Select(f => f.Name).Order(StringComparer.Ordinal);
        Assert.Equal(keys, Regex.Matches(text, "^#?(?<key>[a-z_]+):", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Select(m => m.Groups["key"].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_editor_is_shown_the_schema_beside_it()
    {
        await _line.RunAsync("init", _line.Folder);
        Assert.Equal("# yaml-language-server: $schema=runbook.schema.json", File.ReadLines(_line.At("runbook.yaml")).First());
        Assert.Equal((await _line.RunAsync("schema")).Output, await File.ReadAllTextAsync(_line.At("runbook.schema.json"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nothing_is_overwritten_and_then_nothing_is_written()
    {
        _line.Write("migrations/001_example.up.sql", "mine");
        var run = await _line.RunAsync("init", _line.Folder);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("GW1618", run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_line.At("runbook.yaml")));
        Assert.Equal("mine", await File.ReadAllTextAsync(_line.At("migrations/001_example.up.sql"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("2026 Tenants", "first")]
    [InlineData("Tenants & Keys", "tenants-keys")]
    [InlineData("", "first")]
    public void A_run_is_named_after_the_folder(string folder, string name) =>
        Assert.Contains($"\nname: {name}\n", FirstRunbook.Files(folder, TestSqlKind.Alone)["runbook.yaml"], StringComparison.Ordinal);
}
