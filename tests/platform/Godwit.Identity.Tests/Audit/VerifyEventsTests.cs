using System.Text.Json;
using Godwit.Identity.Audit;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Identity.Tests.Audit;

public sealed class VerifyEventsTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task A_log_is_sealed_by_itself_and_verifies()
    {
        var database = await SealedAsync();
        var (code, report) = await VerifyAsync(database);
        Assert.Equal(0, code);
        Assert.Equal(await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events"), report.GetProperty("events").GetInt64());
        Assert.Equal(0, report.GetProperty("unsealed").GetInt64());
    }

    [Theory]
    [InlineData("UPDATE identity.user_security_events SET severity = 'info' WHERE id = (SELECT id FROM identity.user_security_events WHERE severity = 'warning' ORDER BY id LIMIT 1)", "was changed")]
    [InlineData("UPDATE identity.user_security_events SET ip_address = '192.0.2.1' WHERE id = 2", "event 2 was changed")]
    [InlineData("UPDATE identity.user_security_events SET user_id = 77 WHERE id = (SELECT max(id) FROM identity.user_security_events)", "was changed")]
    [InlineData("DELETE FROM identity.user_security_events WHERE id = 3", "event 3 is missing")]
    [InlineData("INSERT INTO identity.user_security_events (event_id, event_type, event_category, created_at, leaf, block) VALUES (gen_random_uuid(), 'login_success', 'authentication', now(), sha256(''), 1)", "was added")]
    [InlineData("UPDATE identity.user_security_events SET block = 99 WHERE id = 2", "event 2 is missing")]
    [InlineData("ALTER TABLE identity.audit_blocks DISABLE TRIGGER ALL; UPDATE identity.audit_blocks SET commitments = substr(commitments, 41) WHERE number = 1", "not those that were sealed")]
    [InlineData("ALTER TABLE identity.audit_blocks DISABLE TRIGGER ALL; UPDATE identity.audit_blocks SET signature = set_byte(signature, 5, get_byte(signature, 5) # 1) WHERE number = 1", "signature")]
    [InlineData("ALTER TABLE identity.audit_blocks DISABLE TRIGGER ALL; DELETE FROM identity.audit_blocks WHERE number = 1", "block 1")]
    public async Task What_is_changed_afterwards_is_named(string change, string told)
    {
        var database = await SealedAsync();
        await database.ExecuteAsync(change);
        var (code, report) = await VerifyAsync(database);
        Assert.Equal(3, code);
        Assert.Contains(told, $"block {report.GetProperty("fault").GetProperty("block").GetInt64()}: {report.GetProperty("fault").GetProperty("what").GetString()}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_commits_late_is_sealed_by_a_later_block()
    {
        var database = await template.CopyAsync();
        await using var host = await IdentityHost.OnAsync(template, database);
        await using var late = await database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var transaction = await late.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var write = new NpgsqlCommand("INSERT INTO identity.user_security_events (event_id, event_type, event_category, created_at, salt, leaf) VALUES (gen_random_uuid(), 'late', 'account', now(), sha256('salt'), sha256('')) RETURNING id", late, transaction))
            await write.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        await host.MakeAccountAsync("ada@example.org");
        await SealedAsync(database);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await SealedAsync(database);
        // It is in its place; what it says is not what its leaf was made of.
        Assert.Contains("was changed", (await VerifyAsync(database)).Report.GetProperty("fault").GetProperty("what").GetString(), StringComparison.Ordinal);
        Assert.True(await database.ScalarAsync<bool>("SELECT (SELECT block FROM identity.user_security_events WHERE event_type = 'late') > (SELECT min(block) FROM identity.user_security_events)"));
    }

    [Fact]
    public async Task Who_keeps_the_last_block_elsewhere_notices_that_blocks_were_cut_off()
    {
        var database = await SealedAsync();
        var (_, whole) = await VerifyAsync(database);
        await database.ExecuteAsync("""
            ALTER TABLE identity.audit_blocks DISABLE TRIGGER ALL;
            DELETE FROM identity.user_security_events WHERE block = (SELECT max(number) FROM identity.audit_blocks);
            DELETE FROM identity.audit_blocks WHERE number = (SELECT max(number) FROM identity.audit_blocks);
            """);
        var (_, cut) = await VerifyAsync(database);
        Assert.NotEqual(whole.GetProperty("lastBlock").GetString(), cut.GetProperty("lastBlock").GetString());
    }

    private async Task<TestDatabase> SealedAsync()
    {
        var database = await template.CopyAsync();
        await using var host = await IdentityHost.OnAsync(template, database);
        await host.MakeAccountAsync("ada@example.org");
        await host.SignInAsync("ada@example.org");
        await host.LoginAsync("ada@example.org", "wrong words");
        await SealedAsync(database);
        return database;
    }

    private static Task SealedAsync(TestDatabase database) => Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE block IS NULL") == 0);

    private async Task<(int Code, JsonElement Report)> VerifyAsync(TestDatabase database)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var output = new StringWriter();
        var code = await VerifyEventsCommand.RunAsync(source, template.Home, json: true, output, TextWriter.Null, TestContext.Current.CancellationToken);
        using var report = JsonDocument.Parse(output.ToString());
        return (code, report.RootElement.Clone());
    }
}
