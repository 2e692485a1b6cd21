using System.CommandLine;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Cli.Serve;

namespace Godwit.Cli.Audit;

/// <summary><c>godwit audit verify</c>: the server's program knows its events, and this process becomes it.</summary>
internal static class VerifyEventsCommand
{
    public static Command Create()
    {
        var verify = new Command("verify", "Holds every security event of the identity service against the signed blocks, and names the first that is not what was sealed (exit code 3). The database is DATABASE_URL's, or --target's.") { RunCommands.Target, RunbookOptions.Json };
        verify.SetAction(async (result, _) =>
        {
            if (result.GetValue(RunCommands.Target) is { } target) Environment.SetEnvironmentVariable("DATABASE_URL", target);
            return await ServerImage.BecomeAsync(result.GetValue(RunbookOptions.Json) ? ["verify-events", "--json"] : ["verify-events"], result.InvocationConfiguration.Error);
        });
        return verify;
    }
}
