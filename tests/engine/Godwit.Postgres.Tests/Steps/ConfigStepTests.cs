using Godwit.Engine.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

public sealed class ConfigStepTests(PostgresServers servers)
{
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
