using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Connections.Reaching;

namespace Godwit.Postgres.Tests.Connections;

public sealed class PostgresTargetTests(PostgresServers servers)
{
    public static IEnumerable<object[]> Versions => PostgresVersions.All;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_session_begins_with_Godwits_settings(int major)
    {
        var database = await (await servers.OfAsync(major)).CreateDatabaseAsync(Token);
        // Neither the database's settings nor the URL's options may change how Godwit reads.
        await database.ExecuteAsync(
            $"ALTER DATABASE {database.Name} SET row_security = on; ALTER DATABASE {database.Name} SET statement_timeout = 5; "
            + $"ALTER DATABASE {database.Name} SET DateStyle = 'SQL, DMY'; ALTER DATABASE {database.Name} SET TimeZone = 'Asia/Tokyo'; "
            + $"ALTER DATABASE {database.Name} SET search_path = public; ALTER DATABASE {database.Name} SET extra_float_digits = -5");
        var reading = await ReachAsync(database, database.Url + "?options=-c%20jit%3Don%20-c%20geqo%3Doff");
        Assert.Empty(reading.Findings);
        await using var source = reading.Target!.OpenSource(Session() with
        {
            LockTimeout = TimeSpan.FromSeconds(3),
            Extra = new Dictionary<string, string> { ["maintenance_work_mem"] = "512MB" },
        });
        await using var connection = await source.OpenAsync(Token);

        await SettingsAre(connection);
        await ExecuteAsync(connection, "RESET ALL");
        await SettingsAre(connection);
    }

    private static async Task SettingsAre(NpgsqlConnection connection)
    {
        Dictionary<string, string> expected = new()
        {
            ["row_security"] = "off", ["statement_timeout"] = "0", ["idle_in_transaction_session_timeout"] = "0", ["idle_session_timeout"] = "0",
            ["lock_timeout"] = "3s", ["search_path"] = "pg_catalog, pg_temp", ["client_encoding"] = "UTF8", ["standard_conforming_strings"] = "on",
            ["DateStyle"] = "ISO, YMD", ["TimeZone"] = "UTC", ["extra_float_digits"] = "1", ["jit"] = "off", ["geqo"] = "off",
            ["application_name"] = "godwit 01234567 copy", ["maintenance_work_mem"] = "512MB",
        };
        foreach (var (name, value) in expected)
        {
            await using var command = new NpgsqlCommand("SELECT current_setting($1)", connection) { Parameters = { new() { Value = name } } };
            Assert.Equal((name, value), (name, (string)(await command.ExecuteScalarAsync(Token))!));
        }
    }

    [Fact]
    public async Task Rows_that_a_policy_would_hide_are_an_error()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a = 1)");
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM t"));

        await using var source = (await ReachAsync(database)).Target!.OpenSource(Session());
        await using var connection = await source.OpenAsync(Token);
        var fault = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "SELECT count(*) FROM public.t"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, fault.SqlState);
    }

    [Fact]
    public async Task Sessions_are_not_pooled()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await using var source = (await ReachAsync(database)).Target!.OpenSource(Session());
        int first;
        await using (var connection = await source.OpenAsync(Token))
            first = connection.ProcessID;
        await using var second = await source.OpenAsync(Token);
        Assert.NotEqual(first, second.ProcessID);
    }

    [Fact]
    public async Task A_socket_folder_is_reached_and_sslmode_does_not_matter_there()
    {
        var server = await servers.DefaultAsync();
        var database = await server.CreateDatabaseAsync(Token);
        var reading = await ReachAsync(
            database, $"postgres://godwit@{Uri.EscapeDataString(server.SocketFolder)}:{server.Port}/{database.Name}?sslmode=require");
        Assert.Empty(reading.Findings);
        Assert.True(reading.Target!.Host.IsSocket);
    }

    [Fact]
    public async Task The_password_file_of_the_server_opens_it()
    {
        var server = await servers.DefaultAsync();
        var database = await server.CreateDatabaseAsync(Token);
        var around = Around(("PGPASSFILE", server.PassFile));
        Assert.NotNull((await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url, around).Url!, around, Token)).Target);
    }

    [Fact]
    public async Task What_keeps_a_server_out_of_reach_is_said_without_the_password()
    {
        var server = await servers.DefaultAsync();
        var database = await server.CreateDatabaseAsync(Token);
        await Says("wrong-s3cret", database.Url, "refuses the user godwit", "Check the password");
        await Says("", database.Url, "asks for a password", "PGPASSWORD");
        await Says(server.Password, server.Url("missing"), "no database missing", "CREATE DATABASE");
        await Says(server.Password, "postgres://godwit@127.0.0.1:1/d", "does not answer", "host and port");
        await Says(server.Password, "postgres://godwit@no-such-host.invalid/d", "does not answer", "host and port");
        await Says(server.Password, database.Url + "?sslmode=require", "SSL", "");
        await Says(server.Password, database.Url + "?sslmode=verify-full&sslrootcert=/nonexistent/r", "/nonexistent/r", "sslrootcert");

        async Task Says(string password, string url, string message, string remedy)
        {
            var around = Around(("PGPASSWORD", password));
            var reading = await PostgresTarget.ConnectAsync(PostgresUrl.Parse(url, around).Url!, around, Token);
            Assert.Null(reading.Target);
            var finding = Assert.Single(reading.Findings);
            Assert.Equal(Severity.Error, finding.Severity);
            Assert.Contains(message, finding.Message);
            Assert.Contains(remedy, finding.Remedy ?? "");
            Assert.DoesNotContain(password.Length > 0 ? password : "\0", finding.ToString());
        }
    }

    [Fact]
    public async Task Of_several_hosts_the_first_that_fits_is_taken()
    {
        var server = await servers.DefaultAsync();
        var database = await server.CreateDatabaseAsync(Token);
        var hosts = $"127.0.0.1:1,127.0.0.1:{server.Port}";
        var reading = await ReachAsync(database, $"postgres://godwit@{hosts}/{database.Name}?target_session_attrs=read-write");
        Assert.Empty(reading.Findings);
        Assert.Equal(server.Port, reading.Target!.Host.Port);

        Assert.NotNull((await ReachAsync(database, $"postgres://godwit@{hosts}/{database.Name}?target_session_attrs=prefer-standby&load_balance_hosts=random")).Target);
        var none = await ReachAsync(database, $"postgres://godwit@{hosts}/{database.Name}?target_session_attrs=standby");
        Assert.Null(none.Target);
        Assert.Equal(2, none.Findings.Count);
    }

    [Fact]
    public async Task A_cut_connection_is_a_fault_and_a_new_one_works()
    {
        var server = await servers.DefaultAsync();
        var database = await server.CreateDatabaseAsync(Token);
        await using var proxy = CuttingProxy.Before("127.0.0.1", server.Port);
        await using var source = (await ReachAsync(database, $"postgres://godwit@127.0.0.1:{proxy.Port}/{database.Name}")).Target!.OpenSource(Session());
        await using (var connection = await source.OpenAsync(Token))
        {
            proxy.Cut();
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(connection, "SELECT 1"));
        }

        proxy.Delay = TimeSpan.FromMilliseconds(1);
        proxy.PieceBytes = 7;
        await using (var dripping = await source.OpenAsync(Token))
            await ExecuteAsync(dripping, "SELECT 1");
        // Its farewell drips too, and is not what is to be cut.
        await Patience.UntilAsync(() => Task.FromResult(proxy.OpenConnections == 0));
        proxy.CutAfter(1);
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await source.OpenAsync(Token));
        proxy.RefuseNew = true;
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await source.OpenAsync(Token));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteScalarAsync(Token);
    }
}
