using System.Text.Json;
using Godwit.Identity.Audit;
using Godwit.Identity.Events;
using Godwit.Identity.Tests.Erasure;
using Godwit.Identity.Tests.Running;
using Godwit.Security.Signing;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Identity.Tests.Audit;

/// <summary>What erasures and retention take out of the log is believed because they signed for it, and nothing else is.</summary>
[Trait("ASVS", "16.4.2")]
public sealed class ExplainedLossTests(IdentityTemplate template)
{
    private const string Ada = "ada@example.org", AnErased = "(SELECT min(id) FROM identity.user_security_events WHERE salt IS NULL)", AWhole = "(SELECT min(id) FROM identity.user_security_events WHERE salt IS NOT NULL)";

    [Fact]
    public async Task What_an_erasure_took_is_explained_and_how_much_it_was_is_told()
    {
        var database = await ErasedAsync();
        var (code, report) = await VerifyAsync(database);
        Assert.Equal(0, code);
        Assert.Equal(await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE salt IS NULL"), report.GetProperty("erased").GetInt64());
        Assert.True(report.GetProperty("erased").GetInt64() > 3);
    }

    [Theory]
    [InlineData($"UPDATE identity.user_security_events SET salt = NULL, ip_address = NULL, user_agent = NULL, user_id = NULL WHERE id = {AWhole}", AWhole, "has lost its salt, and no erasure signed for that")]
    [InlineData($"UPDATE identity.user_security_events x SET salt = NULL, erased_by = e.erased_by, erasure = e.erasure FROM identity.user_security_events e WHERE x.id = {AWhole} AND e.id = {AnErased}", AWhole, "was changed after it was erased, or by none of ours")]
    [InlineData($"UPDATE identity.user_security_events SET event_type = 'login_success' WHERE id = {AnErased}", AnErased, "was changed after it was erased")]
    [InlineData($"UPDATE identity.user_security_events SET user_id = 77 WHERE id = {AnErased}", AnErased, "was changed after it was erased")]
    [InlineData($"UPDATE identity.user_security_events SET erasure = set_byte(erasure, 7, get_byte(erasure, 7) # 1) WHERE id = {AnErased}", AnErased, "was changed after it was erased, or by none of ours")]
    [InlineData($"UPDATE identity.user_security_events SET erasure = NULL WHERE id = {AnErased}", AnErased, "has lost its salt")]
    [InlineData($"UPDATE identity.user_security_events SET erased_by = 'somebody' WHERE id = {AnErased}", AnErased, "by none of ours")]
    public async Task A_salt_that_no_erasure_took_is_named(string change, string row, string told)
    {
        var database = await ErasedAsync();
        var id = await database.ScalarAsync<long>($"SELECT {row}");
        await database.ExecuteAsync(change);
        await NamedAsync(database, id, told);
    }

    [Fact]
    public async Task A_month_that_retention_dropped_is_explained()
    {
        var database = await DroppedAsync();
        Assert.Equal(["2020_01", "2020_02"], (await DroppedMonth.AllAsync(await OpenAsync(database), await database.ScalarAsync<string>("SELECT installation::text FROM identity.schema_version"), null, TestContext.Current.CancellationToken)).Select(m => m.Month));
        var (code, report) = await VerifyAsync(database);
        Assert.True(code == 0, report.ToString());
        Assert.Equal(5, report.GetProperty("dropped").GetInt64());
        Assert.True(await database.ScalarAsync<bool>("SELECT count(*) = 2 FROM identity.user_security_events WHERE event_type = 'events_dropped'"));
    }

    [Theory]
    [InlineData("DELETE FROM identity.dropped_event_partitions WHERE month = '2020_01'", 1001L, "event 1001 is missing")]
    [InlineData("UPDATE identity.dropped_event_partitions SET signature = set_byte(signature, 7, get_byte(signature, 7) # 1) WHERE month = '2020_02'", 1002L, "event 1002 is missing")]
    [InlineData("UPDATE identity.dropped_event_partitions SET note = convert_to(replace(convert_from(note, 'UTF8'), '\"rows\":\"3\"', '\"rows\":\"4\"'), 'UTF8') WHERE month = '2020_01'", 1001L, "event 1001 is missing")]
    [InlineData("DELETE FROM identity.user_security_events WHERE id = 1006", 1006L, "event 1006 is missing")]
    public async Task A_month_that_nobody_signed_for_is_missing(string change, long id, string told)
    {
        var database = await DroppedAsync();
        await database.ExecuteAsync(change);
        await NamedAsync(database, id, told);
    }

    [Fact]
    public async Task A_month_from_which_a_row_was_taken_is_kept_with_what_is_left_of_it()
    {
        var database = await MonthsAsync();
        await database.ExecuteAsync("DELETE FROM identity.user_security_events WHERE id = 1003");
        await using (var host = await IdentityHost.OnAsync(template, database))
            await Patience.UntilAsync(() => Task.FromResult(host.Platform.Log.Text.Contains("the security events of 2020_01 are not those that were sealed", StringComparison.Ordinal)));
        Assert.True(await database.ScalarAsync<bool>("SELECT count(*) = 4 FROM identity.user_security_events WHERE event_type = 'old'"));
        await NamedAsync(database, 1003, "event 1003 is missing");
    }

    [Fact]
    public async Task A_row_that_was_taken_from_the_edge_of_a_month_is_missing_after_the_month_went()
    {
        var database = await MonthsAsync();
        await database.ExecuteAsync("DELETE FROM identity.user_security_events WHERE id = 1004");
        await using (await IdentityHost.OnAsync(template, database)) await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.dropped_event_partitions") == 1);
        await NamedAsync(database, 1004, "event 1004 is missing");
    }

    [Fact]
    public async Task A_note_for_more_than_was_sealed_is_worth_nothing_even_by_the_right_key()
    {
        var database = await DroppedAsync();
        var log = await database.ScalarAsync<string>("SELECT installation::text FROM identity.schema_version");
        // As if somebody with the key had covered rows that were taken away besides the month's.
        var block = await database.ScalarAsync<long>("SELECT block FROM identity.user_security_events WHERE id = 1006");
        await database.ExecuteAsync("DELETE FROM identity.user_security_events WHERE id = 1006");
        using var key = SigningKeyFile.LoadOrCreate(template.Home);
        await using var connection = await OpenAsync(database);
        var month = (await DroppedMonth.AllAsync(connection, log, null, TestContext.Current.CancellationToken))[1];
        var wider = month with { LastId = 1006, LastBlock = block };
        await using var write = new NpgsqlCommand("UPDATE identity.dropped_event_partitions SET note = $1, signature = $2 WHERE month = '2020_02'", connection) { Parameters = { new() { Value = wider.ToBytes(key.Kid) }, new() { Value = wider.SignBy(key) } } };
        await write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await NamedAsync(database, month.FirstId, "of which other rows are missing than retention dropped");
    }

    [Theory]
    [InlineData("24, '2020_02', 2", "months are dropped from the oldest on, which is 2020_01")]
    [InlineData("24, '2020_01', 7", "not those that were looked at")]
    [InlineData("0, '2020_01', 3", "the time of 2020_01 is not over")]
    [InlineData("1, to_char(now(), 'YYYY_MM'), 2", "is not over")]
    public async Task No_month_goes_out_of_its_order_or_before_its_time_or_unseen(string asked, string told)
    {
        var database = await MonthsAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync($"SELECT identity.drop_event_partition({asked}, 'x', decode(repeat('00', 64), 'hex'))"));
        Assert.Contains(told, refused.MessageText, StringComparison.Ordinal);
    }

    private async Task<TestDatabase> ErasedAsync()
    {
        var database = await template.CopyAsync();
        await using (var host = await IdentityHost.OnAsync(template, database, ("IDENTITY_ERASURE_HOURS", "0")))
        {
            var user = await host.MakeAccountAsync(Ada);
            await host.MakeAccountAsync("eve@example.org");
            await host.LoginAsync(Ada, "not the password");
            await ErasureTests.EraseAsync(host, await host.SignInAsync(Ada), user);
            await SealedAsync(database);
        }
        return database;
    }

    /// <summary>January 2020 with three rows and February with two, whose ids cross, and one of today; all sealed, and not dropped yet.</summary>
    private async Task<TestDatabase> MonthsAsync()
    {
        var database = await template.CopyAsync();
        await using (var host = await IdentityHost.OnAsync(template, database))
        {
            await using var connection = await OpenAsync(database);
            // In one transaction: a month without an event is dropped at once.
            await using var together = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using (var make = new NpgsqlCommand(
                """
                CREATE TABLE identity.user_security_events_2020_01 PARTITION OF identity.user_security_events FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-02-01 00:00:00+00');
                CREATE TABLE identity.user_security_events_2020_02 PARTITION OF identity.user_security_events FOR VALUES FROM ('2020-02-01 00:00:00+00') TO ('2020-03-01 00:00:00+00');
                SELECT setval('identity.user_security_events_id_seq', 1000);
                """,
                connection, together)) await make.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            foreach (var (month, day) in new[] { (1, 29), (2, 1), (1, 30), (1, 31), (2, 2) })
                await new EventLog(new Calendar(new DateTimeOffset(2020, month, day, 0, 0, 0, TimeSpan.Zero))).WriteAsync(connection, new SecurityEvent("old", "account"), TestContext.Current.CancellationToken);
            await together.CommitAsync(TestContext.Current.CancellationToken);
            // The next one: 1006.
            await host.RegisterAsync(Ada);
            await SealedAsync(database);
        }
        return database;
    }

    private async Task<TestDatabase> DroppedAsync()
    {
        var database = await MonthsAsync();
        await using (await IdentityHost.OnAsync(template, database))
        {
            await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.dropped_event_partitions") == 2);
            await SealedAsync(database);
        }
        return database;
    }

    private async Task NamedAsync(TestDatabase database, long id, string told)
    {
        var (code, report) = await VerifyAsync(database);
        Assert.Equal(3, code);
        Assert.Contains(told, report.GetProperty("fault").GetProperty("what").GetString()!, StringComparison.Ordinal);
        Assert.Equal(id, report.GetProperty("fault").GetProperty("event").GetInt64());
    }

    private static Task SealedAsync(TestDatabase database) => Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE block IS NULL") == 0);

    private static async Task<NpgsqlConnection> OpenAsync(TestDatabase database) => await database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);

    private async Task<(int Code, JsonElement Report)> VerifyAsync(TestDatabase database)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var output = new StringWriter();
        var code = await VerifyEventsCommand.RunAsync(source, template.Home, json: true, output, TextWriter.Null, TestContext.Current.CancellationToken);
        using var report = JsonDocument.Parse(output.ToString());
        return (code, report.RootElement.Clone());
    }

    private sealed class Calendar(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
