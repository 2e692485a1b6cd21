using Godwit.Engine.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

public sealed class EnvStepTests(PostgresServers servers)
{
    private const string Before = "# the application's\nPORT=80\nexport DATABASE_URL='sqlite:/srv/app.db'\n", Secret = "postgres://app:hunter22@db/app?sslmode=verify-full&a=1";

    [Fact]
    public async Task The_application_is_told_of_another_database_and_of_its_old_one_again()
    {
        using var script = await ScriptAsync("reload: {run: [/bin/sh, -c, '. ./app.env; echo \"$PORT $DATABASE_URL\" >> seen']}");
        File.SetUnixFileMode(Path.Combine(script.Folder, "app.env"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        Assert.Equal(Before.Replace("sqlite:/srv/app.db", Secret, StringComparison.Ordinal), script.Read("app.env"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(Path.Combine(script.Folder, "app.env")));
        // What was before is its owner's alone, and the run has neither.
        var kept = Assert.Single(Directory.GetFiles(script.Folder, "app.env.before-*"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
        Assert.DoesNotContain("hunter22", await script.RecordAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("sqlite:/srv", await script.RecordAsync(), StringComparison.Ordinal);

        await File.AppendAllTextAsync(Path.Combine(script.Folder, "app.env"), "ADDED=1\n", TestContext.Current.CancellationToken);
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.Equal(Before + "ADDED=1\n", script.Read("app.env"));
        Assert.Empty(Directory.GetFiles(script.Folder, "app.env.before-*"));
        Assert.Equal($"80 {Secret}\n80 sqlite:/srv/app.db\n", script.Read("seen"));
    }

    [Fact]
    public async Task A_reload_that_fails_halts_and_everything_can_be_taken_back()
    {
        using var script = await ScriptAsync("reload: {run: [/bin/sh, -c, 'test -f ready']}");
        Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Contains(Secret, script.Read("app.env"), StringComparison.Ordinal);
        script.Write("ready", "");
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.Equal(Before, script.Read("app.env"));
    }

    [Fact]
    public async Task What_cannot_be_set_is_found_before_anything_is_changed()
    {
        using var missing = await ScriptAsync("");
        missing.Variables.Remove("NEW_URL");
        await AssertRefusedAsync(missing, "NEW_URL is not set");
        using var quoted = await ScriptAsync("");
        quoted.Variables["NEW_URL"] = "it's hunter22";
        await AssertRefusedAsync(quoted, "DATABASE_URL cannot be set in app.env");
        using var gone = await ScriptAsync("");
        File.Delete(Path.Combine(gone.Folder, "app.env"));
        await AssertRefusedAsync(gone, "app.env cannot be changed: it is not there");
        using var binary = await ScriptAsync("");
        File.WriteAllBytes(Path.Combine(binary.Folder, "app.env"), [0xff, 0xfe, 0]);
        await AssertRefusedAsync(binary, "it is no UTF-8 text");
        Assert.Contains(quoted.Steps("- env: {file: a, variables: {DB_PASSWORD: hunter22}}").Check(), f => f.Message.Contains("is the name of a secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Somebody_elses_value_is_seen()
    {
        using var script = await ScriptAsync("reload: {run: [/bin/sh, -c, 'echo DATABASE_URL=other > app.env']}");
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Contains("another value for DATABASE_URL", paused.Reason, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(KindScript script, string why)
    {
        var outcome = await script.RunAsync();
        var said = outcome is RunbookOutcome.Paused paused ? paused.Reason : outcome.ToString()!;
        Assert.Contains(why, said, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(script.Folder, "app.env.before-*"));
    }

    private async Task<KindScript> ScriptAsync(string tell)
    {
        var script = await KindScript.NewAsync(servers);
        script.Variables["NEW_URL"] = Secret;
        return script.Write("app.env", Before).Steps($$$"""
            - env:
                file: app.env
                variables: {DATABASE_URL: {env: NEW_URL}}
                {{{tell}}}
            """);
    }
}
