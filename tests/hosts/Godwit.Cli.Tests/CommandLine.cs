using System.Text.Json;

namespace Godwit.Cli.Tests;

/// <summary>Runs a command line in this process, as the program would.</summary>
internal sealed record CommandLine(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static async Task<CommandLine> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await GodwitCommand.RunAsync(arguments, output, error, TestContext.Current.CancellationToken);
        return new CommandLine(code, output.ToString(), error.ToString());
    }
}
