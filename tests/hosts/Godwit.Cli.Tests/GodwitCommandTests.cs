namespace Godwit.Cli.Tests;

public sealed class GodwitCommandTests
{
    [Theory]
    [InlineData]
    [InlineData("fly")]
    [InlineData("dev")]
    [InlineData("dev", "fly")]
    [InlineData("dev", "up", "--fly")]
    [InlineData("dev", "drop")]
    [InlineData("dev", "up", "--folder")]
    public async Task Misuse_exits_with_2_and_prints_nothing_where_results_belong(params string[] arguments)
    {
        var run = await CommandLine.RunAsync(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("Usage:", run.Error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("dev", "--help")]
    public async Task Help_and_version_are_results(params string[] arguments)
    {
        var run = await CommandLine.RunAsync(arguments);
        Assert.Equal(0, run.ExitCode);
        Assert.NotEmpty(run.Output);
        Assert.Empty(run.Error);
    }
}
