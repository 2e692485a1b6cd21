using Godwit.Engine.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

public sealed class ConfigStepTests(PostgresServers servers)
{
    [Fact]
    public async Task A_secret_that_is_weak_known_or_used_twice_is_refused_without_its_value()
    {
        using var script = await KindScript.NewAsync(servers);
        const string Strong = "f3c1b87e05d94a62b1d07a9ce48f6235";
        script.Write("app.env", $"PEPPER={Strong}\nJWT_SECRET={Strong.ToUpperInvariant()}\nSESSION_KEY=abcabcabcabcabcabcabcabcabcabcabcabc\nDB_PASSWORD=keyboard-cat-01\n");
        script.Steps("""
            - config:
                env_file: app.env
                variables:
                  PEPPER: {secret: key}
                  JWT_SECRET: {secret: key}
                  SESSION_KEY: {secret: key}
                  DB_PASSWORD: {secret: password}
                  SMTP_PASSWORD: {secret: password, required: false}
            """);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Equal(
            ["DB_PASSWORD is shorter than 16 characters, and is, or begins with, a value that everybody knows", "PEPPER has the value of JWT_SECRET", "SESSION_KEY repeats itself, or runs through an alphabet"],
            paused.Findings.Select(f => f.Message).Order(StringComparer.Ordinal));
        var record = await script.RecordAsync();
        foreach (var value in (string[])[Strong, "abcabc", "keyboard"]) Assert.DoesNotContain(value, record, StringComparison.OrdinalIgnoreCase);

        script.Write("app.env", $"PEPPER={Strong}\nJWT_SECRET=0a7d5e2b94c8f1634e7b9d20a5c3f81e\nSESSION_KEY=9c4e1f7a30b8d265e1f94a07c3b65d82\nDB_PASSWORD=vK3rT9xQ2mWp7LzD\n");
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once_and_no_value_is()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Write("app.env", "export PEPPER='changeme-please-0123456789'\nJWT_KEY=q9w8e7r6t5y4u3\nOTHER_KEY=q9w8e7r6t5y4u3\nPORT=http\n").Write("key.pem", "k").Write("empty.pem", "");
        File.SetUnixFileMode(Path.Combine(script.Folder, "key.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        script.Steps("""
            - config:
                env_file: app.env
                variables:
                  PEPPER: {min_length: 16}
                  JWT_KEY: {min_length: 32}
                  OTHER_KEY: {differs_from: JWT_KEY}
                  PORT: {pattern: '[0-9]+'}
                  MISSING: {}
                  OPTIONAL: {required: false, min_length: 8}
                files: [{path: key.pem, secret: true}, empty.pem, none.pem]
            """);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Equal(
            ["JWT_KEY is shorter than 32 characters", "MISSING is not there", "OTHER_KEY has the value of JWT_KEY", "PEPPER is a placeholder", "PORT does not match its pattern",
             "key.pem may be read by everybody", "empty.pem is empty", "none.pem is not there"],
            paused.Findings.Select(f => f.Message));
        var record = await script.RecordAsync();
        Assert.DoesNotContain("changeme", record, StringComparison.Ordinal);
        Assert.DoesNotContain("q9w8e7", record, StringComparison.Ordinal);

        script.Write("app.env", "PEPPER=b7d1c3a09f2e4458\nJWT_KEY=0123abcd4567ef890123abcd4567ef89\nOTHER_KEY=x1\nPORT=8080\nMISSING=no\n").Write("empty.pem", "e").Write("none.pem", "n");
        File.SetUnixFileMode(Path.Combine(script.Folder, "key.pem"), UnixFileMode.UserRead);
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
    }
}
