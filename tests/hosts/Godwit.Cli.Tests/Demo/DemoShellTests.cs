using System.Globalization;
using Godwit.Cli.Demo;
using Godwit.Cli.Move;
using Godwit.Cli.Runs;

namespace Godwit.Cli.Tests.Demo;

public sealed class DemoShellTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_command_says_is_shown_to_people(bool apart)
    {
        var (shell, said) = Create(json: false, apart);
        Assert.Equal(ExitCode.Done, await shell.RunAsync("schema --reference", [], Token));
        Assert.Contains("| `include` |", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("   exit 0", said.ToString(), StringComparison.Ordinal);
        Assert.Null(shell.LastWords);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_program_learns_which_command_stopped_the_demo_and_why(bool apart)
    {
        var (shell, said) = Create(json: true, apart);
        Assert.Equal(ExitCode.Findings, await shell.RunAsync("check /nowhere/runbook.yaml", [], Token));
        Assert.Equal("", said.ToString());
        Assert.StartsWith("godwit check /nowhere/runbook.yaml ended with 1: ", shell.LastWords, StringComparison.Ordinal);
        Assert.Contains("/nowhere/runbook.yaml", shell.LastWords!["godwit check /nowhere/runbook.yaml".Length..], StringComparison.Ordinal);
    }

    private static (DemoShell Shell, StringWriter Said) Create(bool json, bool apart)
    {
        var said = new StringWriter(CultureInfo.InvariantCulture);
        var console = new RunConsole("demo", new MoveConsole(json ? TextWriter.Null : said, json ? TextWriter.Null : said, json, showValues: false), said, json).WithoutDocuments();
        return (new DemoShell(console, said, said, TimeProvider.System, apart), said);
    }
}
