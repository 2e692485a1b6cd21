using System.Net;
using System.Net.Sockets;
using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.Redis.Settings;
using Godwit.TestServers;

namespace Godwit.Redis.Tests.Connections;

/// <summary>Getting in: TLS, users, old servers.</summary>
public sealed class GreetingTests
{
    private const string Users = "user default off\nuser app on >hunter2-app ~app:* &app:* +@all -@admin";

    private const string Tls = "port 0\ntls-port {port}\ntls-cert-file {folder}/server.pem\ntls-key-file {folder}/server.key\ntls-ca-cert-file {folder}/ca.pem\ntls-auth-clients no";

    [Fact]
    public async Task A_user_with_a_password_gets_in_and_may_do_what_the_ACL_says()
    {
        await using var server = await RedisServer.StartAsync(Users);
        await using var client = new RedisClient(With(server, "app", "hunter2-app"));
        Assert.Equal("app", (await client.AskAsync(RedisCommand.Of("ACL", "WHOAMI"))).AsText() ?? "");
        Assert.Equal("OK", (await client.AskAsync(RedisCommand.Of("SET", "app:k", "v"))).AsText());
        var refused = await Assert.ThrowsAsync<RedisRefusedException>(() => client.AskAsync(RedisCommand.Of("SET", "other", "v")));
        Assert.Equal("NOPERM", refused.Code);
    }

    [Theory]
    [InlineData("app", "hunter2-wrong", "WRONGPASS")]
    [InlineData("nobody", "hunter2-app", "WRONGPASS")]
    public async Task A_wrong_password_is_told_without_it(string user, string password, string code)
    {
        await using var server = await RedisServer.StartAsync(Users);
        await using var client = new RedisClient(With(server, user, password));
        var fault = await Assert.ThrowsAsync<RedisConnectException>(() => client.ReachAsync());
        Assert.Contains(code, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_password_where_one_is_wanted_it_says_so()
    {
        await using var server = await RedisServer.StartAsync("requirepass hunter2");
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        Assert.Contains("NOAUTH", (await Assert.ThrowsAsync<RedisConnectException>(() => client.ReachAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_know_HELLO_is_told_to_be_too_old_and_the_password_it_quotes_is_not_shown()
    {
        await using var server = await RedisServer.StartAsync("rename-command HELLO \"\"\nrequirepass hunter2");
        await using var client = new RedisClient(With(server, "default", "hunter2"));
        var fault = await Assert.ThrowsAsync<RedisConnectException>(() => client.ReachAsync());
        Assert.Contains("Redis 6 or later is needed", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_and_the_name_are_those_of_the_settings()
    {
        await using var server = await RedisServer.StartAsync();
        await using var other = new RedisClient(RedisServerFixture.Settings(server.Port) with { Database = 7, ClientName = "shop" });
        await other.AskAsync(RedisCommand.Of("SET", "k", "v"));
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        Assert.Null((await client.AskAsync(RedisCommand.Reading("GET", "k"))).AsText());
        Assert.Equal("shop", (await other.AskAsync(RedisCommand.Encode("CLIENT", "GETNAME"))).AsText());
        Assert.Equal("godwit", (await client.AskAsync(RedisCommand.Encode("CLIENT", "GETNAME"))).AsText());
        Assert.Contains("db7:keys=1", (await client.AskAsync(RedisCommand.Of("INFO", "keyspace"))).AsText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_password_is_used_by_the_next_connection()
    {
        await using var server = await RedisServer.StartAsync("user default on >first ~* &* +@all");
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "first\n", TestContext.Current.CancellationToken);
            await using var client = new RedisClient(RedisServerFixture.Settings(server.Port) with { Password = RedisPassword.FromFile(file), Backoff = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5)) });
            await client.AskAsync(RedisCommand.Of("ACL", "SETUSER", "default", ">second", "<first"));
            await File.WriteAllTextAsync(file, "second\n", TestContext.Current.CancellationToken);
            await server.KillAsync();
            await server.StartAgainAsync();
            // The server's file says first again: only what is in the password file now decides.
            await Assert.ThrowsAsync<RedisConnectException>(() => ConnectAsync(client));
            await File.WriteAllTextAsync(file, "first\n", TestContext.Current.CancellationToken);
            await Patience.UntilAsync(async () => await MadeAsync(client));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task TLS_with_an_authority_of_ones_own()
    {
        var authority = "";
        await using var server = await RedisServer.StartAsync(Tls, folder => CertificateFiles.Write(authority = folder));
        await using var client = new RedisClient(Secure(server, Path.Combine(authority, "ca.pem")));
        Assert.Equal("PONG", (await client.AskAsync(RedisCommand.Of("PING"))).AsText());
        var large = new byte[300_000];
        await client.AskAsync(RedisCommand.Of("SET", "k", large));
        Assert.Equal(large, (await client.AskAsync(RedisCommand.Reading("GET", "k"))).AsBytes());
    }

    [Theory]
    [InlineData("other.example", false, true)]
    [InlineData("127.0.0.1", true, true)]
    [InlineData("127.0.0.1", false, false)]
    public async Task A_certificate_of_another_name_out_of_date_or_of_a_stranger_is_refused(string host, bool expired, bool trusted)
    {
        var authority = "";
        await using var server = await RedisServer.StartAsync(Tls, folder => CertificateFiles.Write(authority = folder, host, expired));
        await using var client = new RedisClient(Secure(server, trusted ? Path.Combine(authority, "ca.pem") : null));
        var fault = await Assert.ThrowsAsync<RedisConnectException>(() => client.ReachAsync());
        Assert.Contains("its certificate does not hold", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_does_not_speak_TLS_is_not_said_to_have_a_wrong_certificate()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var client = new RedisClient(RedisServerFixture.Settings(((IPEndPoint)listener.LocalEndpoint).Port) with { Tls = true });
        var reaching = client.ReachAsync();
        using var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await socket.SendAsync("-ERR Protocol error\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<RedisConnectException>(() => reaching);
        Assert.Contains("the port may be a plain one", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_is_taken_by_the_name_that_the_settings_say()
    {
        var authority = "";
        await using var server = await RedisServer.StartAsync(Tls, folder => CertificateFiles.Write(authority = folder, "redis.internal"));
        await using var client = new RedisClient(Secure(server, Path.Combine(authority, "ca.pem")) with { CertificateName = "redis.internal" });
        Assert.Equal("PONG", (await client.AskAsync(RedisCommand.Of("PING"))).AsText());
    }

    [Fact]
    public async Task A_server_that_takes_the_connection_and_says_nothing_costs_the_time_of_a_connection()
    {
        await using var server = await RedisServer.StartAsync();
        server.Freeze();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port) with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });
        await Assert.ThrowsAsync<RedisConnectException>(() => client.ReachAsync());
    }

    private static RedisSettings With(RedisServer server, string user, string password) => RedisServerFixture.Settings(server.Port) with { User = user, Password = RedisPassword.Of(password) };

    private static RedisSettings Secure(RedisServer server, string? authority) => RedisServerFixture.Settings(server.Port) with { Tls = true, AuthorityFile = authority };

    private static async Task<bool> MadeAsync(RedisClient client)
    {
        try
        {
            await client.ReachAsync();
            return true;
        }
        catch (RedisConnectException)
        {
            return false;
        }
    }

    /// <summary>The connection that was lost may not be missed yet.</summary>
    private static async Task ConnectAsync(RedisClient client)
    {
        await Patience.UntilAsync(() => Task.FromResult(!client.IsConnected));
        await client.ReachAsync();
    }
}
