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

    [Fact]
    public async Task A_failure_a_pause_and_a_rollback_are_told_apart()
    {
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200));
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.At(service, "HOOK").Notices("notices: [{when: [paused, resumed, failed, rolled-back, aborted], audience: on-call, webhook: HOOK}]", """
            phases:
              expand:
                steps: [sql: one.sql]
              verify:
                gates: [integrity: {checks: [{name: never, sql: {query: SELECT 1, expect: 2}}]}]
                steps: [{irreversible: never, sql: bad.sql}]
            """);
        (await folder.Folder.RunAsync("run")).MustBe(5);
        Assert.Equal(["paused"], Events(service));
        // Each time that somebody has it go on is told once.
        (await folder.Folder.RunAsync("resume")).MustBe(5);
        (await folder.Folder.RunAsync("resume")).MustBe(5);
        Assert.Equal(["paused", "resumed", "paused", "resumed", "paused"], Events(service));
        service.Forget();
        (await folder.Folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal(["rolled-back"], Events(service));
        folder.Notices("notices: [{when: [paused, failed, rolled-back, aborted], audience: on-call, webhook: HOOK}]", "phases:\n  expand:\n    steps: [{irreversible: never, sql: bad.sql}]");
        (await folder.Folder.RunAsync("run")).MustBe(5);
        Assert.Equal(["rolled-back", "failed"], Events(service));
        Assert.Contains("You are on call for this run.", Json(service.Requests[^1], "text"), StringComparison.Ordinal);
        (await folder.Folder.RunAsync("abort")).MustBe(0);
        Assert.Equal(["rolled-back", "failed", "aborted"], Events(service));
    }

    [Fact]
    public async Task A_window_that_is_waited_for_is_told_of_before_and_a_pause_ends_the_wait()
    {
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200));
        using var folder = await NoticeFolder.PrepareAsync(servers);
        // Open again in two days, always: and never today or tomorrow.
        var today = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
        folder.At(service, "HOOK").Notices("notices: [{when: [before], ahead: 30d, audience: customers, webhook: HOOK}, {id: late, when: [before], ahead: 1m, webhook: HOOK}]", $$"""
            phases:
              expand:
                estimate: 20m
                gates:
                  - window: {wait: true, zone: Europe/Berlin, fits: 2, allow: [{from: 02:00, to: 06:00}], holidays: [{{today:yyyy-MM-dd}}, {{today.AddDays(1):yyyy-MM-dd}}]}
                steps: [sql: one.sql]
            """);
        using var runner = folder.Folder.Start("run");
        await Patience.UntilAsync(() => Task.FromResult(service.Requests.Count > 0));
        Assert.Contains("Window: ", Json(service.Requests[0], "text"), StringComparison.Ordinal);
        Assert.Contains("02:00 Europe/Berlin", Json(service.Requests[0], "text"), StringComparison.Ordinal);
        var gate = (await folder.Folder.JsonAsync(0, "status")).GetProperty("gates")[0];
        Assert.Equal("Inconclusive", gate.GetProperty("state").GetString());
        Assert.Contains("waits until", gate.GetProperty("summary").GetString(), StringComparison.Ordinal);
        (await folder.Folder.RunAsync("pause")).MustBe(0);
        Assert.Equal(5, (await runner.WaitAsync()).ExitCode);
        // The next runner that waits for the same window tells nobody again.
        using var next = folder.Folder.Start("resume");
        await Patience.UntilAsync(async () => await folder.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE kind = 'window-near'") == 2);
        (await folder.Folder.RunAsync("pause")).MustBe(0);
        Assert.Equal(5, (await next.WaitAsync()).ExitCode);
        Assert.Single(service.Requests);
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_hard_window_that_ends_pauses_the_phase()
    {
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.Folder.Sql("slow.sql", "SELECT pg_sleep(100)", "SELECT 1");
        var now = await folder.Folder.Target.ScalarAsync<DateTime>("SELECT now() AT TIME ZONE 'UTC'");
        var end = now.AddSeconds(70);
        folder.Notices("", $$"""
            phases:
              expand:
                gates:
                  - window: {hard: true, allow: [{from: "{{now.AddMinutes(-2):HH:mm}}", to: "{{end:HH:mm}}"}]}
                steps: [sql: slow.sql]
            """);
        var paused = await folder.Folder.JsonAsync(5, "run");
        Assert.StartsWith("the window of gate expand-window of expand ended in step sql-slow", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
        // Outside of it the phase does not go on.
        Assert.StartsWith("the window of gate expand-window of expand has ended", (await folder.Folder.JsonAsync(5, "resume")).GetProperty("reason").GetString(), StringComparison.Ordinal);
        (await folder.Folder.RunAsync("rollback")).MustBe(6);
    }

    [Fact]
    public async Task A_preview_shows_every_notice_and_sends_none()
    {
        using var folder = await NoticeFolder.PrepareAsync(servers);
        const string Approvals = "approvals: {expand: [CTO]}\n", Others = """
            roles: {CTO: [Ada]}
            oncall: {people: [{name: Ada, contact: "+49 30"}]}
            timetable: {entries: [{at: '01:30', what: Final go/no-go, who: [CTO], decision: true}, {at: '02:15', what: Schema, phase: expand}]}
            notices:
              - {id: all, when: [before, began, phase, approval-needed, paused, resumed, failed, done, finished, rolled-back, aborted], webhook: NOT_SET}
              - {id: own, when: [done], subject: "{run} over", text: "Over. {link}", link: "https://x.example", webhook: NOT_SET}
            """;
        folder.Notices(Approvals + Others);
        var previews = JsonDocument.Parse((await folder.CommandAsync("preview", "--json")).MustBe(0).Output).RootElement.GetProperty("previews").EnumerateArray().ToList();
        Assert.Equal(12, previews.Count);
        Assert.All(previews, p => Assert.DoesNotContain("{", p.GetProperty("text").GetString() + p.GetProperty("subject").GetString(), StringComparison.Ordinal));
        Assert.Contains("Contact: Ada (+49 30)", previews[3].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(("shop over", "Over. https://x.example"), (previews[^1].GetProperty("subject").GetString(), previews[^1].GetProperty("text").GetString()));
        // Nobody has to agree to what is not asked.
        folder.Notices(Others);
        Assert.All((await folder.Folder.JsonAsync(0, "run")).GetProperty("findings").EnumerateArray(), f => Assert.Equal("GW1872", f.GetProperty("code").GetString()));
        var plan = await folder.Folder.JsonAsync(0, "plan");
        Assert.Equal("Ada (+49 30)", plan.GetProperty("onCall")[0].GetString());
        Assert.Equal(2, plan.GetProperty("timetable").GetArrayLength());
        var status = await folder.Folder.JsonAsync(0, "status");
        Assert.Equal("done", status.GetProperty("timetable")[1].GetProperty("state").GetString());
        var report = (await folder.Folder.RunAsync("report")).MustBe(0).Output;
        Assert.Contains("## Timetable", report, StringComparison.Ordinal);
        Assert.Contains("## Notices", report, StringComparison.Ordinal);
        Assert.DoesNotContain("+49", report, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Events(LoopbackService service) => service.Requests.Select(r => Json(r, "event"));

    private static string Json(LoopbackRequest request, string name) => JsonDocument.Parse(request.Body).RootElement.GetProperty(name).GetString()!;
}
