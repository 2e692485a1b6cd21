using System.Diagnostics;
using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Running;

public sealed class SmokeScriptTests(IdentityTemplate template) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-smoke-").FullName;

    [Fact]
    public async Task The_script_walks_from_registration_to_erasure_and_ends_with_ok()
    {
        await using var platform = await Platform.StartAsync(
            await template.CopyAsync(), [new IdentityModule()],
            [
                ("GODWIT_HOME", template.Home), ("IDENTITY_BREACHED_PASSWORDS", template.BreachedPasswords), ("IDENTITY_MAIL_FOLDER", _folder), ("IDENTITY_REGISTER", Path.Combine(_folder, "register")),
                ("IDENTITY_SEAL_SECONDS", "1"), ("IDENTITY_ERASURE_HOURS", "0"),
            ]);
        var start = new ProcessStartInfo(Path.Combine(RepositoryFolder.Path, "scripts", "smoke-identity"), [platform.Client.BaseAddress!.ToString(), "--mails", _folder]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var script = Process.Start(start)!;
        var (output, error) = (script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(script.ExitCode == 0, $"{await output}{await error}");
        Assert.EndsWith("\nok\n", await output, StringComparison.Ordinal);
        // What it shows is in logs of others: no password, no token.
        Assert.DoesNotContain("Smoke ", await output, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", await output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
