using System.Diagnostics;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Database;

public sealed class SchemaRollbackTests(IdentityTemplate template)
{
    /// <summary>The exit code of a run that went back whole.</summary>
    private const int RolledBack = 6;

    [Fact]
    public async Task With_an_account_nothing_of_the_schema_is_taken_away_and_without_one_all_of_it_is()
    {
        var database = await template.FreshAsync();
        await using (var host = await IdentityHost.OnAsync(template, database)) await host.MakeAccountAsync("ada@example.org");
        var before = await database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'identity'::regnamespace");
        Assert.NotEqual(0, await RollBackAsync(database));
        Assert.Equal(before, await database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'identity'::regnamespace"));
        var empty = await template.FreshAsync();
        Assert.Equal(RolledBack, await RollBackAsync(empty));
        Assert.True(await empty.ScalarAsync<bool>("SELECT to_regnamespace('identity') IS NULL"));
    }

    private async Task<int> RollBackAsync(TestDatabase database)
    {
        var program = Path.Combine(RepositoryFolder.Path, "src", "hosts", "Godwit.Cli", "bin", "Release", "net10.0", "godwit");
        var start = new ProcessStartInfo(program, ["rollback", Path.Combine(RepositoryFolder.Path, "runbooks", "identity"), "--target", database.Url]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = template.Home };
        start.Environment["PGPASSFILE"] = database.Server.PassFile;
        start.Environment["GODWIT_HOME"] = template.Home;
        using var process = Process.Start(start)!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
