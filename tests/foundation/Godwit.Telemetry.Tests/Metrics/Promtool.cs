using System.Diagnostics;
using Godwit.TestServers;

namespace Godwit.Telemetry.Tests.Metrics;

/// <summary>Debian's promtool.</summary>
internal static class Promtool
{
    private const string Program = "/usr/bin/promtool";

    /// <summary>What it says, and whether it is content.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string input, params string[] arguments)
    {
        if (!File.Exists(Program))
            throw new SkipTestException("the package prometheus is not installed");
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
