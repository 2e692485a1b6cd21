using System.Diagnostics;
using System.Net;
using Godwit.Identity.Lockout;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Lockout;

public sealed class CountsTests(IdentityTemplate template)
{
    [Fact]
    public async Task What_was_counted_before_the_key_of_counts_rotates_is_counted_after_it()
    {
        var database = await template.CopyAsync();
        await using var host = await IdentityHost.OnAsync(template, database);
        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("free@example.org", $"wrong words {i}")).Status);
        await RotateAsync(database);
        // The sixth is the one that locks; the seventh is not looked at.
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("free@example.org", "wrong words 6")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.LoginAsync("free@example.org", "wrong words 7")).Status);
        await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.login_buckets WHERE locked_until IS NOT NULL") == 2);
    }

    [Fact]
    public void Attempts_at_a_password_that_is_out_of_use_are_counted_for_their_network()
    {
        var rules = new LockoutRules();
        var (state, now) = (new LockoutState { PasswordDisabled = true, InARow = 100 }, DateTimeOffset.UnixEpoch.AddYears(56));
        for (var i = 0; i <= rules.Network.Free; i++)
        {
            (state, var decision) = state.Try(rules, LoginWay.Password, knownDevice: false, now);
            Assert.Equal(LockoutVerdict.PasswordDisabled, decision.Verdict);
        }
        Assert.Equal(LockoutVerdict.Locked, state.Try(rules, LoginWay.Password, knownDevice: false, now).Decision.Verdict);
        Assert.Equal((100, Bucket.Empty), (state.InARow, state.Account));
    }

    private async Task RotateAsync(TestDatabase database)
    {
        var program = Path.Combine(RepositoryFolder.Path, "src", "hosts", "Godwit.Cli", "bin", "Release", "net10.0", "godwit");
        var start = new ProcessStartInfo(program, ["keys", "rotate", "index", "--target", database.Url]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = template.Home };
        start.Environment["PGPASSFILE"] = database.Server.PassFile;
        start.Environment["GODWIT_ENVIRONMENT"] = "development";
        start.Environment["GODWIT_HOME"] = template.Home;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{await output}\n{await error}");
    }
}
