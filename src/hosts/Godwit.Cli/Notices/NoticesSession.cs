using System.Security.Cryptography;
using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Notices;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Notices;
using Godwit.Postgres.Runbooks;

namespace Godwit.Cli.Notices;

/// <summary>What the commands about notices do.</summary>
internal sealed class NoticesSession(RunbookKinds kinds, string file, IReadOnlyDictionary<string, string> set, string? to, RunConsole console)
{
    private static readonly TimeSpan s_send = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time = TimeProvider.System;

    public async Task<int> ListAsync(CancellationToken cancellation)
    {
        var (plan, runbook, findings) = Plan();
        if (plan is null || runbook is null) return console.Refuse(findings);
        var notices = NoticeSettings.All(plan).Select(NoticePlanDocument.Of).ToList();
        foreach (var notice in notices) console.Console.Line($"{notice.Id}  {notice.Audience}: {string.Join(", ", notice.When)}  by {notice.To}{(notice.Required ? ", required" : "")}");
        if (notices.Count == 0) console.Console.Line($"{plan.Name} tells nobody anything: it has no notices.");
        // The list of a runbook needs no database; that there is none says nothing about it.
        var (run, rows) = await NewestAsync(plan, runbook, cancellation);
        if (run is not null) console.Console.Line($"run {run}");
        foreach (var row in rows.Select(NoticeDocument.Of))
            console.Console.Line($"  {row.State,-8} {row.Notice}/{row.Part} {row.Event}: {row.Subject}{(row.Problem is null ? "" : $" ({row.Attempts} attempts: {row.Problem})")}");
        var unsent = NoticeFindings.Missing(plan, ProcessEnvironment.Instance).Concat(NoticeFindings.Unsent(rows)).ToList();
        RunbookFindings.Print(console.Console, unsent);
        return console.Finish(new RunDocument
        {
            Outcome = "listed", ExitCode = ExitCode.Done, Runbook = plan.Name, Run = run?.ToString(), NoticePlan = notices, Notices = [.. rows.Select(NoticeDocument.Of)],
            Findings = [.. unsent.Select(f => FindingDocument.From(f, showValues: false))],
        });
    }

    public int Preview(string? only)
    {
        var (plan, _, findings) = Plan();
        if (plan is null) return console.Refuse(findings);
        if (Unknown(plan, only) is { } unknown) return console.Refuse([unknown]);
        var previews = NoticeSettings.All(plan).Where(n => only is null || n.Id == only).SelectMany(n => n.When.Distinct().Select(w => NoticeSample.Of(plan, n, w, _time.GetUtcNow())).Select(c =>
            new NoticePreview(n.Id, c.Event, c.Audience, c.Subject, c.Text))).ToList();
        foreach (var preview in previews)
        {
            console.Console.Line($"[bold]{preview.Notice}[/], {preview.Event}, for {preview.Audience}");
            console.Console.Line($"  {preview.Subject}");
            foreach (var line in preview.Text.Split('\n')) console.Console.Line($"    {line}");
        }
        RunbookFindings.Print(console.Console, findings);
        return console.Finish(new RunDocument { Outcome = "previewed", ExitCode = ExitCode.Done, Runbook = plan.Name, Previews = previews, Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))] });
    }

    public async Task<int> TestAsync(string? only, CancellationToken cancellation)
    {
        var (plan, _, findings) = Plan();
        if (plan is null) return console.Refuse(findings);
        if (Unknown(plan, only) is { } unknown) return console.Refuse([unknown]);
        var sender = new NoticeSender(plan, ProcessEnvironment.Instance, _time);
        var failed = new List<Finding>();
        foreach (var notice in NoticeSettings.All(plan).Where(n => only is null || n.Id == only))
        {
            var content = NoticeSample.Test(NoticeSample.Of(plan, notice, notice.When[0], _time.GetUtcNow()));
            for (var part = 0; part < notice.Channel.Parts; part++)
            {
                var answer = await sender.SendAsync(new NoticeParcel(0, notice.Id, part, notice.When[0], $"test {Guid.NewGuid():N}", false, 1, content), cancellation);
                console.Console.Line($"{notice.Id}/{part + 1}: {answer.Problem ?? "sent"}");
                if (answer.Problem is { } problem) failed.Add(Finding.Error(FindingCodes.NoticeNotSent, $"the notice {notice.Id} (message {part + 1}) was not sent: {problem}"));
            }
        }
        return console.Finish(new RunDocument
        {
            Outcome = failed.Count == 0 ? "sent" : "not-sent", ExitCode = failed.Count == 0 ? ExitCode.Done : ExitCode.Fault, Runbook = plan.Name, Findings = [.. failed.Select(f => FindingDocument.From(f, showValues: false))],
        });
    }

    /// <summary>Sends what a run has not sent, whoever was at work on it; while a runner is, it is that runner's to do.</summary>
    public async Task<int> SendAsync(CancellationToken cancellation)
    {
        var reading = new RunbookReader(kinds).ReadFile(file, set);
        if (reading.Runbook is null && to is null) return console.Refuse(reading.Findings);
        var target = await RunTarget.ReachAsync(to, reading.Runbook?.Target, reading.Runbook?.Folder ?? ".", cancellation);
        if (target.Target is null) return console.Refuse(target.Findings);
        await using var source = target.Target.OpenSource(new SessionSettings { RunId = "ask", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        if (await RunbookRows.ListAsync(connection, reading.Runbook?.Name, cancellation) is not [var run, ..]) return console.Refuse([RunRefusals.NoRun(reading.Runbook?.Name)]);
        IReadOnlyList<NoticeRow> left = [];
        if (await NoticeRows.ExistAsync(connection, cancellation))
        {
            await NoticeRows.ReviveAsync(connection, run.Id, requiredOnly: false, cancellation);
            await using var post = new NoticePost(target.Target, run.Id, run.Plan, Guid.NewGuid(), ProcessEnvironment.Instance, _time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
            left = await post.FinishAsync(s_send);
        }
        var findings = NoticeFindings.Unsent(left);
        RunbookFindings.Print(console.Console, findings);
        if (left.Count == 0) console.Console.Line($"Every notice of run {run.Id} was sent.");
        return console.Finish(new RunDocument
        {
            Outcome = left.Count == 0 ? "sent" : "not-sent", ExitCode = left.Count == 0 ? ExitCode.Done : ExitCode.Fault, Run = run.Id.ToString(), Runbook = run.Plan.Name, Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))],
        });
    }

    private static Finding? Unknown(RunbookPlan plan, string? only) => only is null || NoticeSettings.All(plan).Any(n => n.Id == only) ? null
        : Finding.Error(FindingCodes.NoticeSettings, $"there is no notice \"{only}\"", null, "`godwit notices list` shows them.");

    private async Task<(Guid? Run, IReadOnlyList<NoticeRow> Rows)> NewestAsync(RunbookPlan plan, Runbook runbook, CancellationToken cancellation)
    {
        var target = await RunTarget.ReachAsync(to, runbook.Target, runbook.Folder, cancellation);
        if (target.Target is null) return (null, []);
        await using var source = target.Target.OpenSource(new SessionSettings { RunId = "ask", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        return await RunbookRows.ListAsync(connection, plan.Name, cancellation) is [var run, ..] ? (run.Id, await NoticeRows.ReadAsync(connection, run.Id, cancellation)) : (null, []);
    }

    private (RunbookPlan? Plan, Runbook? Runbook, IReadOnlyList<Finding> Findings) Plan()
    {
        var reading = new RunbookReader(kinds).ReadFile(file, set);
        if (reading.Runbook is null) return (null, null, reading.Findings);
        var planning = new RunbookPlanner(kinds).Plan(reading.Runbook);
        return (planning.Plan, reading.Runbook, [.. reading.Findings, .. planning.Findings]);
    }
}
