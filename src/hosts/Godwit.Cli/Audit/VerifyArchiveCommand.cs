using System.CommandLine;
using Godwit.Cli.Serve;

namespace Godwit.Cli.Audit;

/// <summary><c>godwit audit verify-archive</c>: the server's program knows its archives, and this process becomes it.</summary>
internal static class VerifyArchiveCommand
{
    private static readonly Argument<string> Archive = new("archive") { Description = "An archive that the identity service made for a person.", HelpName = "FILE" };

    public static Command Create()
    {
        var verify = new Command("verify-archive", "Holds the archive of a data request against its signature, offline, and names the first file that is not what was signed (exit code 3).") { Archive };
        verify.SetAction(async (result, _) => await ServerImage.BecomeAsync(["verify-archive", result.GetValue(Archive)!], result.InvocationConfiguration.Error));
        return verify;
    }
}
