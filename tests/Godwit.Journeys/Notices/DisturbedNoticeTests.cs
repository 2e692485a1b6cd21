using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.Journeys.Runbooks;
using Godwit.TestServers;

namespace Godwit.Journeys.Notices;

/// <summary>Receivers that hang, refuse, break off and die, and runners that are killed: each notice arrives, under one key, and nothing holds the run up.</summary>
public sealed class DisturbedNoticeTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_answers_500_first_gets_the_same_key_again()
    {
        var asked = 0;
        await using var service = new LoopbackService(_ => new LoopbackAnswer(++asked == 1 ? 500 : 200));
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.At(service, "HOOK").Notices("notices: [{when: [done], webhook: HOOK}]");
        Assert.Empty((await folder.Folder.JsonAsync(0, "run")).GetProperty("findings").EnumerateArray());
        Assert.Equal(2, service.Requests.Count);
        Assert.Single(service.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct());
        var row = Assert.Single((await folder.ListAsync()).GetProperty("notices").EnumerateArray());
        Assert.Equal(("sent", 2), (row.GetProperty("state").GetString(), row.GetProperty("attempts").GetInt32()));
    }

    [Fact]
    public async Task A_service_that_takes_it_and_dies_before_it_answers_gets_the_same_key_again()
    {
        var asked = 0;
        await using var service = new LoopbackService(_ => ++asked == 1 ? null : new LoopbackAnswer(200));
        await using var mail = new MailSink(n => n == 1 ? MailManner.DiesAfterData : MailManner.Takes);
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.At(service, "HOOK").Mail(mail).Notices("mail: {tls: none}\nnotices: [{when: [done], webhook: HOOK}, {when: [done], mail: [a@example.org]}]");
        (await folder.Folder.RunAsync("run")).MustBe(0);
        Assert.Equal(2, service.Requests.Count);
        Assert.Single(service.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct());
        Assert.Equal(2, mail.Mails.Count);
        Assert.Single(mail.Mails.Select(m => m.Headers["Message-ID"]).Distinct());
    }

    [Theory]
    [InlineData(MailManner.Hangs, "no answer within 0.5 s")]
    [InlineData(MailManner.HangsAfterData, "no answer within 0.5 s")]
    [InlineData(MailManner.Refuses, "the mail server answered 550 (MailboxUnavailable)")]
    [InlineData(MailManner.HangsAtQuit, null)]
    public async Task A_mail_server_that_misbehaves_is_a_warning_and_the_run_goes_on(MailManner manner, string? problem)
    {
        await using var mail = new MailSink(_ => manner);
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.Mail(mail).Notices("mail: {tls: none}\nnotices: [{when: [began, done], timeout: 500ms, give_up: 2s, mail: [secret.person@example.org]}]");
        var run = await folder.Folder.JsonAsync(0, "run");
        Assert.Equal("finished", run.GetProperty("outcome").GetString());
        if (problem is null)
        {
            Assert.Empty(run.GetProperty("findings").EnumerateArray());
            return;
        }
        Assert.All(run.GetProperty("findings").EnumerateArray(), f => Assert.Equal("GW1872", f.GetProperty("code").GetString()));
        Assert.NotEmpty(run.GetProperty("findings").EnumerateArray());
        var status = await folder.Folder.JsonAsync(0, "status");
        Assert.All(status.GetProperty("notices").EnumerateArray(), n => Assert.Equal(problem, n.GetProperty("problem").GetString()));
        Assert.DoesNotContain("secret.person", status.ToString() + run, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_who_answers_is_given_up_after_its_time_and_sent_when_somebody_asks()
    {
        using var folder = await NoticeFolder.PrepareAsync(servers);
        var port = Free();
        folder.Environment["HOOK"] = $"http://127.0.0.1:{port}/";
        folder.Notices("notices: [{when: [done], give_up: 0s, webhook: HOOK}]");
        (await folder.Folder.RunAsync("run")).MustBe(0);
        Assert.Equal("given-up", Assert.Single((await folder.ListAsync()).GetProperty("notices").EnumerateArray()).GetProperty("state").GetString());
        var status = await folder.Folder.JsonAsync(0, "status");
        Assert.Equal("GW1872", Assert.Single(status.GetProperty("findings").EnumerateArray()).GetProperty("code").GetString());
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200));
        folder.At(service, "HOOK");
        (await folder.CommandAsync("send")).MustBe(0);
        Assert.Single(service.Requests);
        (await folder.CommandAsync("send")).MustBe(0);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task A_required_notice_that_cannot_be_sent_pauses_before_the_phase_and_goes_on_once_it_was()
    {
        var answers = 503;
        await using var service = new LoopbackService(_ => new LoopbackAnswer(answers));
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.At(service, "HOOK").Notices("notices: [{id: hook, when: [began, phase], required: true, timeout: 1s, webhook: HOOK}]");
        var paused = await folder.Folder.JsonAsync(5, "run");
        Assert.Contains("the notice hook (began) is required, and was not sent: answered 503", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await folder.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
        (await folder.Folder.RunAsync("resume")).MustBe(5);
        answers = 200;
        (await folder.Folder.RunAsync("resume")).MustBe(0);
        // Two events, each under one key, however often they were tried.
        Assert.Equal(2, service.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct().Count());
        Assert.Equal(2, (await folder.ListAsync()).GetProperty("notices").GetArrayLength());
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_and_one_that_is_trusted_taken()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, true));
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(10));
        await using var mail = new MailSink(certificate: certificate);
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.Environment["SMTP_USER"] = "godwit";
        folder.Environment["SMTP_PASSWORD"] = "word-of-the-test";
        folder.Mail(mail).Notices("notices: [{when: [done], give_up: 0s, mail: [a@example.org]}]");
        var refused = await StartAsync(folder, "notices", "send", folder.Folder.File, "--test");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("the mail server's certificate is not one that this machine trusts", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(mail.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal) || c.StartsWith("MAIL", StringComparison.Ordinal));

        await File.WriteAllTextAsync(folder.Folder.In("ca.pem"), certificate.ExportCertificatePem(), Token);
        folder.Environment["SSL_CERT_FILE"] = folder.Folder.In("ca.pem");
        (await StartAsync(folder, "notices", "send", folder.Folder.File, "--test")).MustBe(0);
        Assert.StartsWith("TEST: ", Assert.Single(mail.Mails).Headers["Subject"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_no_mail_and_no_password()
    {
        await using var mail = new MailSink();
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.Environment["SMTP_USER"] = "godwit";
        folder.Environment["SMTP_PASSWORD"] = "word-of-the-test";
        folder.Mail(mail).Notices("notices: [{when: [done], mail: [a@example.org]}]");
        var outcome = (await folder.CommandAsync("send", "--test")).MustBe(4);
        Assert.Contains("the mail server offers no STARTTLS", outcome.Output, StringComparison.Ordinal);
        Assert.Empty(mail.Mails);
        Assert.DoesNotContain(mail.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2, Traits = ["Category", "Soak"])]
    [InlineData(3, Traits = ["Category", "Soak"])]
    public async Task Killed_between_what_happens_and_its_notice_the_next_runner_sends_it_under_one_key(int seed)
    {
        // Never answers while the first runners live: whatever they had begun to send is open when they are killed.
        var killing = true;
        await using var service = new LoopbackService(_ => killing ? null : new LoopbackAnswer(200));
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.Folder.Sql("slow.sql", "SELECT pg_sleep(0.3); CREATE TABLE slow (id bigint)", "DROP TABLE slow");
        folder.At(service, "HOOK").Notices("notices: [{when: [began, phase, done], timeout: 1s, webhook: HOOK}]", """
            phases:
              expand:
                steps: [sql: one.sql]
              verify:
                steps: [sql: slow.sql]
            """);
        var random = new Random(seed);
        await using var watch = new RunWatch(folder.Folder.Target);
        for (var i = 0; i < 3; i++)
        {
            using var runner = folder.Folder.Start(i == 0 || !await watch.HasRunAsync() ? "run" : "resume");
            await watch.ReachAsync(0, random.Next(1, 12), back: false, () => runner.HasExited);
            if (!runner.HasExited) runner.Kill();
            await runner.WaitAsync();
        }
        killing = false;
        if (await folder.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.runs WHERE state = 'Finished'") == 0) (await folder.Folder.RunAsync("resume")).MustBe(0);
        // What a killed runner had claimed is free again when its claim is over.
        await Patience.UntilAsync(async () => (await folder.CommandAsync("send", "--json")).ExitCode == 0);
        var rows = (await folder.ListAsync()).GetProperty("notices").EnumerateArray().ToList();
        Assert.Equal(["began", "done", "phase", "phase"], rows.Select(r => r.GetProperty("event").GetString()).Order());
        Assert.All(rows, r => Assert.Equal("sent", r.GetProperty("state").GetString()));
        Assert.Equal(4, service.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct().Count());
    }

    [Fact]
    public async Task A_runner_that_was_replaced_sends_nothing_more()
    {
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200));
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.Folder.Sql("long.sql", "SELECT pg_sleep(3); CREATE TABLE long (id bigint)", "DROP TABLE long");
        folder.At(service, "HOOK").Notices("notices: [{when: [began, phase, done], webhook: HOOK}]", "phases:\n  expand:\n    steps: [sql: one.sql]\n  verify:\n    steps: [sql: long.sql]");
        await using var watch = new RunWatch(folder.Folder.Target);
        using var first = folder.Folder.Start("run");
        await watch.ReachAsync(1, 0, back: false, () => first.HasExited);
        first.Freeze();
        (await folder.Folder.RunAsync("resume")).MustBe(0);
        var sent = service.Requests.Count;
        first.Thaw();
        await first.WaitAsync();
        Assert.Equal(sent, service.Requests.Count);
        // One that it had sent and not yet noted when it was frozen is sent once more, as the same.
        Assert.InRange(sent, 4, 5);
        Assert.Equal(4, service.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct().Count());
    }

    [Fact]
    public async Task Two_senders_at_once_send_each_notice_once()
    {
        using var folder = await NoticeFolder.PrepareAsync(servers);
        folder.Environment["HOOK"] = $"http://127.0.0.1:{Free()}/";
        folder.Notices($"notices: [{string.Join(", ", Enumerable.Range(0, 12).Select(i => $"{{id: n{i}, when: [began, done], give_up: 0s, webhook: HOOK}}"))}]");
        (await folder.Folder.RunAsync("run")).MustBe(0);
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200));
        folder.At(service, "HOOK");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync(folder, "notices", "send", folder.Folder.File)));
        Assert.Equal(24, service.Requests.Count);
        Assert.Equal(24, service.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct().Count());
    }

    private static async Task<Outcome> StartAsync(NoticeFolder folder, params IReadOnlyList<string> arguments)
    {
        using var process = GodwitProcess.Start(folder.Folder.Path, folder.Environment, arguments);
        return await process.WaitAsync();
    }

    private static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
