using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Journeys.Runbooks;
using Godwit.TestServers;

namespace Godwit.Journeys.Notices;

/// <summary>Who is told what of a run: over real sockets, once for each thing that happens.</summary>
public sealed class NoticeTests(PostgresServers servers)
{
    [Fact]
    public async Task Every_channel_is_told_of_what_it_asked_for_once()
    {
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200));
        await using var mail = new MailSink();
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.Environment["HOOK_KEY"] = "key-of-the-test";
        folder.At(service, "HOOK", "/hook").At(service, "CHAT", "/chat").At(service, "PAGE", "/page").Mail(mail).Notices("""
            mail: {tls: none}
            oncall:
              people:
                - {name: Ada, contact: +49 30 1234}
            notices:
              - {when: [began, phase, done], webhook: {env: HOOK, secret_env: HOOK_KEY}}
              - {when: [began, done], audience: customers, mail: [a@example.org, b@example.org]}
              - {when: [done], chat: CHAT, link: "https://board.example/run"}
              - {when: [began, done], audience: customers, status_page: {env: PAGE, components: [api]}}
            """);
        Assert.Empty((await folder.Folder.JsonAsync(0, "run")).GetProperty("findings").EnumerateArray());

        var hooks = service.Requests.Where(r => r.Path == "/hook").ToList();
        Assert.Equal(["began", "phase", "done"], hooks.Select(h => Json(h, "event")).OrderBy(e => e switch { "began" => 0, "phase" => 1, _ => 2 }));
        Assert.Equal(3, hooks.Select(h => h.Headers["Idempotency-Key"]).Distinct().Count());
        foreach (var hook in hooks)
        {
            Assert.Equal(hook.Headers["Idempotency-Key"], Json(hook, "id"));
            var signature = hook.Headers["Godwit-Signature"].Split(',').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
            Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData("key-of-the-test"u8, Encoding.UTF8.GetBytes($"{signature["t"]}.{hook.Body}"))), signature["v1"]);
            Assert.Contains("On call: Ada (+49 30 1234)", Json(hook, "text"), StringComparison.Ordinal);
        }
        Assert.Equal(4, mail.Mails.Count);
        Assert.All(mail.Mails, m => Assert.Single(m.To));
        Assert.Equal(4, mail.Mails.Select(m => m.Headers["Message-ID"]).Distinct().Count());
        Assert.All(mail.Mails, m => Assert.DoesNotContain("Ada", m.Body, StringComparison.Ordinal));
        var chat = Assert.Single(service.Requests, r => r.Path == "/chat");
        Assert.Equal("shop is done", Json(chat, "text"));
        Assert.Contains("https://board.example/run", chat.Body, StringComparison.Ordinal);
        var page = service.Requests.Where(r => r.Path == "/page").Select(r => JsonDocument.Parse(r.Body).RootElement.GetProperty("incident")).ToList();
        Assert.Equal(["identified", "resolved"], page.Select(i => i.GetProperty("status").GetString()).Order());
        Assert.Single(page.Select(i => i.GetProperty("key").GetString()).Distinct());

        var rows = (await folder.ListAsync()).GetProperty("notices").EnumerateArray().ToList();
        Assert.Equal(10, rows.Count);
        Assert.All(rows, r => Assert.Equal("sent", r.GetProperty("state").GetString()));
        // Neither addresses nor contacts stand in the run's record.
        Assert.DoesNotContain("example.org", await folder.RecordAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("1234", await folder.Folder.Target.ScalarAsync<string>("SELECT string_agg(body, ' ') FROM godwit.journal"), StringComparison.Ordinal);
    }

    private static string Json(LoopbackRequest request, string name) => JsonDocument.Parse(request.Body).RootElement.GetProperty(name).GetString()!;
}
