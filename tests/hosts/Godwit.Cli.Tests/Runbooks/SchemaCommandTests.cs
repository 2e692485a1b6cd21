namespace Godwit.Cli.Tests.Runbooks;

public sealed class SchemaCommandTests : IDisposable
{
    private readonly RunbookCommandLine _line = new();

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task The_schema_describes_runbooks_and_the_kinds_of_steps()
    {
        var schema = (await _line.RunAsync("schema")).Json;
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.GetProperty("$schema").GetString());
        Assert.Equal(["godwit", "name", "target"], schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()!));
        var step = schema.GetProperty("$defs").GetProperty("step");
        Assert.Equal("Runs a file of SQL.", step.GetProperty("properties").GetProperty("sql").GetProperty("description").GetString());
        Assert.Equal("""[{"required":["sql"]}]""", step.GetProperty("oneOf").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
    }

    [Fact]
    public async Task Included_files_have_a_schema_of_their_own()
    {
        var schema = (await _line.RunAsync("schema", "--include")).Json;
        Assert.Equal(["godwit"], schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()!));
        Assert.False(schema.GetProperty("properties").TryGetProperty("target", out _));
    }

    [Fact]
    public async Task The_reference_in_the_documents_is_the_shape()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(TestServers.RepositoryFolder.Path, "docs", "runbook.md"), TestContext.Current.CancellationToken);
        const string Begin = "<!-- godwit schema --reference -->\n", End = "<!-- end -->\n";
        var start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var written = page[start..page.IndexOf(End, start, StringComparison.Ordinal)].Trim();
        var expected = (await CommandLine.RunAsync("schema", "--reference")).Output.Trim();
        Assert.True(written == expected, "docs/runbook.md is not what the program reads. Put this between the two comments in it:\n\n" + expected);
    }
}
