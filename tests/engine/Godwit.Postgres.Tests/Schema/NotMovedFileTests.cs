using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Schema;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Schema;

public sealed class NotMovedFileTests(PostgresServers servers)
{
    private static string Write(params NotMoved[] entries)
    {
        using var writer = new StringWriter();
        NotMovedFile.Write(writer, entries);
        return writer.ToString();
    }

    [Fact]
    public void Nothing_left_behind_makes_an_empty_file() => Assert.Equal("", Write());

    [Fact]
    public async Task Whatever_the_source_says_the_file_runs_and_does_nothing()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var text = Write(
            new NotMoved("trigger", "a\nb */ DROP TABLE t; --", "It is\r\na program.", "CREATE TRIGGER x */ BEGIN\rDROP TABLE t;\n/* ' \" $$ \\! END", FindingCodes.TriggerNotMoved));
        await database.ExecuteAsync("CREATE TABLE t()");
        await database.ExecuteAsync(text);
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM t"));
        Assert.All(text.TrimEnd('\n').Split('\n').Where(l => l.Length > 0), line => Assert.StartsWith("--", line, StringComparison.Ordinal));
        Assert.Contains("GW1102  trigger a", text, StringComparison.Ordinal);
    }
}
