using System.CommandLine;
using Godwit.Cli.Runs;

namespace Godwit.Cli.Serve;

/// <summary><c>godwit admin first</c>: makes an account of the identity service its first administrator. The server's program does it, and this process becomes it.</summary>
internal static class FirstAdministratorCommand
{
    private static readonly Argument<string> Account = new("account") { Description = "The account's id: userId in the answer to its verification or login.", HelpName = "ACCOUNT" };

    public static Command Create()
    {
        var first = new Command("first", "Makes an account of the identity service its first administrator; refused once there is one. The database is DATABASE_URL's, or --target's.") { Account, RunCommands.Target };
        first.SetAction(async (result, _) =>
        {
            if (result.GetValue(RunCommands.Target) is { } target) Environment.SetEnvironmentVariable("DATABASE_URL", target);
            return await ServerImage.BecomeAsync(["first-administrator", result.GetValue(Account)!], result.InvocationConfiguration.Error);
        });
        return first;
    }
}
