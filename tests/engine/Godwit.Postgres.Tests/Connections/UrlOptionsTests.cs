using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.TestServers;
using static Godwit.Postgres.Tests.Connections.Reaching;

namespace Godwit.Postgres.Tests.Connections;

public sealed class UrlOptionsTests(PostgresServers servers)
{
    [Theory]
    [InlineData("-c session_replication_role=replica", "session_replication_role: foreign keys")]
    [InlineData("-csession_replication_role=replica", "session_replication_role: foreign keys")]
    [InlineData("--session-replication-role=replica", "session_replication_role: foreign keys")]
    [InlineData("-c Session_Replication_Role=replica", "session_replication_role: foreign keys")]
    [InlineData("-c work_mem=1MB\t-c role=postgres", "role: the sessions are")]
    [InlineData("-c zero_damaged_pages=on", "zero_damaged_pages: damage")]
    [InlineData("-c synchronous_commit=off", "synchronous_commit: what was reported")]
    [InlineData("-c default_table_access_method=other", "default_table_access_method: a move is not known")]
    [InlineData("-c", "only settings")]
    [InlineData("-c work_mem", "only settings")]
    [InlineData("-d 5", "only settings")]
    [InlineData("endpoint=x", "only settings")]
    public void An_option_that_would_break_a_promise_is_refused_by_name(string options, string reason)
    {
        foreach (var reading in Everywhere(options))
        {
            Assert.Null(reading.Url);
            Assert.Contains(reading.Findings, f => f.Code == FindingCodes.BadUrl && f.Message.Contains(reason, StringComparison.Ordinal) && f.Remedy!.Contains("PGOPTIONS", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("-c search_path=app,\\ public", "search_path")]
    [InlineData("-c statement_timeout=5", "statement_timeout")]
    [InlineData("-c timezone=Asia/Tokyo", "timezone")]
    [InlineData("-c transaction_timeout=5", "transaction_timeout")]
    public void An_option_that_Godwit_sets_itself_is_no_silent_wish(string options, string name)
    {
        foreach (var reading in Everywhere(options))
        {
            Assert.NotNull(reading.Url);
            var finding = Assert.Single(reading.Findings);
            Assert.Equal(Severity.Warning, finding.Severity);
            Assert.Contains($"{name}, which Godwit sets itself", finding.Message);
        }
    }

    [Theory]
    [InlineData("application_name=mine")]
    [InlineData("fallback_application_name=mine")]
    [InlineData("keepalives_count=3")]
    [InlineData("tcp_user_timeout=3")]
    [InlineData("sslsni=0")]
    [InlineData("sslcompression=1")]
    public void A_parameter_without_effect_is_said_to_have_none(string parameter)
    {
        var reading = PostgresUrl.Parse("postgres://h/d?" + parameter, Around());
        Assert.NotNull(reading.Url);
        Assert.Contains($"{parameter.Split('=')[0]} has no effect", Assert.Single(reading.Findings, f => f.Severity == Severity.Note).Message);
    }

    [Fact]
    public async Task Options_that_the_server_refuses_are_a_finding()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        foreach (var (option, reason) in new[] { ("work_mem=much", "work_mem"), ("temp_file_limit=5", "temp_file_limit"), ("enable_nonsense=on", "enable_nonsense") })
        {
            var reading = await ReachAsync(database, $"{database.Url}?options=-c%20{Uri.EscapeDataString(option)}");
            Assert.Null(reading.Target);
            var finding = Assert.Single(reading.Findings);
            Assert.Equal(FindingCodes.BadUrl, finding.Code);
            Assert.Contains(reason, finding.Message);
        }
    }

    [Theory]
    [InlineData("keepalives_idle=2147483647&keepalives_interval=2147483647")]
    [InlineData("connect_timeout=2147483647")]
    [InlineData("connect_timeout=-1")]
    [InlineData("require_auth=scram-sha-256")]
    [InlineData("require_auth=!none,!password")]
    [InlineData("channel_binding=disable")]
    [InlineData("target_session_attrs=primary&load_balance_hosts=random")]
    [InlineData("application_name=x&sslsni=1&sslcompression=0&tcp_user_timeout=x&keepalives_count=x")]
    [InlineData("options=-c%20work_mem%3D64MB%20-c%20geqo%3Doff%20-c%20default_tablespace%3Dpg_default")]
    public async Task Parameters_that_are_taken_reach_the_server(string parameters)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        Assert.NotNull((await ReachAsync(database, $"{database.Url}?{parameters}")).Target);
    }

    [Theory]
    [InlineData("sslmode=require&sslcert=/nonexistent")]
    [InlineData("sslmode=verify-full&sslrootcert=/dev/null")]
    [InlineData("sslmode=verify-full&sslrootcert=system")]
    [InlineData("sslmode=require&sslnegotiation=direct")]
    [InlineData("channel_binding=require")]
    [InlineData("require_auth=none")]
    [InlineData("require_auth=gss,sspi")]
    [InlineData("hostaddr=127.0.0.1&sslmode=verify-full")]
    public async Task Parameters_that_the_server_does_not_meet_end_in_a_finding(string parameters)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        var reading = await ReachAsync(database, $"{database.Url}?{parameters}");
        Assert.Null(reading.Target);
        Assert.Contains(reading.Findings, f => f.Severity == Severity.Error);
    }

    private static IEnumerable<PostgresUrlReading> Everywhere(string options) =>
        [PostgresUrl.Parse("postgres://h/d?options=" + Uri.EscapeDataString(options), Around()), PostgresUrl.Parse("postgres://h/d", Around(("PGOPTIONS", options)))];
}
