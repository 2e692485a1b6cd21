using System.Security.Cryptography;
using Godwit.Cli.Move.Sources;
using Godwit.Cli.Runs;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Postgres.Runs;
using Godwit.Sqlite.Planning;
using Godwit.Sqlite.Reading;

namespace Godwit.Cli.Move;

/// <summary><c>godwit move</c>: checks and plans, says all that stands against the move at once, and only then touches the target.</summary>
internal sealed class MoveSession(MoveRequest request, MoveConsole console)
{
    private readonly TimeProvider _time = TimeProvider.System;

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var url = PostgresUrl.Parse(request.To);
        if (url.Url is null) return Refuse(url.Findings, [], ExitCode.Usage);
        var (options, misused) = PlanRequest.Read(request);
        misused = [.. misused, .. request.DryRun ? OutputReadiness.ProtectSource(request) : OutputReadiness.Check(request)];
        if (options is null || misused.Any(f => f.Severity == Severity.Error)) return Refuse([.. url.Findings, .. misused], [], ExitCode.Findings);

        await using var display = console.StartProgress(_time);
        display.Progress.Begin(MovePhase.Open);
        using var opened = await OpenedMove.OpenAsync(request, url.Url, cancellation);
        var findings = new List<Finding>([.. url.Findings, .. misused, .. opened.Findings]);
        var planned = opened.Source is null ? null : await opened.Source.PlanAsync(options, opened.Target, request.Jobs, display.Progress, ProcessEnvironment.Instance, cancellation);
        if (planned is not null) findings.AddRange(planned.Findings);
        if (opened.Target is not null) findings.AddRange(await TargetReadiness.CheckAsync(opened.Target, request, planned?.Plan, planned?.TargetNames ?? request.Tables, cancellation));
        await using var keyring = opened.Target is null ? null : new PostgresRunKeyring(opened.Target, Environment.GetEnvironmentVariable, "move", _time);
        if (keyring is not null && planned?.Plan is { } keyed) findings.AddRange(await opened.UseKeysAsync(keyed, keyring, writes: true, cancellation));
        NotMovedOutput.Write(request, planned?.NotMoved ?? []);
        if (findings.Any(f => f.Severity == Severity.Error) || planned?.Plan is not { } plan)
        {
            await display.DisposeAsync();
            return Refuse(findings, planned?.NotMoved ?? [], ExitCode.Findings);
        }
        if (request.DryRun)
        {
            await display.DisposeAsync();
            return Planned(findings, plan, planned.Choices, display.Progress);
        }
        return await ExecuteAsync(opened, plan, findings, display, cancellation);
    }

    private async Task<int> ExecuteAsync(OpenedMove opened, MovePlan plan, List<Finding> findings, ProgressDisplay display, CancellationToken cancellation)
    {
        var id = Guid.NewGuid();
        var run = new RunDescription
        {
            Id = id,
            Plan = plan,
            HashKey = SipHash.Key(RandomNumberGenerator.GetBytes(16)),
            Origin = new RunOrigin(request, opened.Source!.Fingerprint).For(id, plan, ProcessEnvironment.Instance).Write(),
            ToolVersion = ToolVersion.Text,
        };
        var entrance = await RunEntry.BeginAsync(
            opened.Target!,
            run,
            RunHolder.Self(_time),
            // Whoever held the schema until now may have filled it.
            (connection, token) => TargetReadiness.CheckAsync(connection, request, plan, [], token),
            // Before anything is in the target, so that whatever happens after it can be gone on with.
            () =>
            {
                var pointer = RunPointer.To(run.Id, request);
                pointer.Write();
                console.Begins(pointer);
            },
            cancellation);
        switch (entrance)
        {
            case RunEntrance.Entered(var target):
                return await new MoveExecution(request, console, opened, display, findings).RunAsync(target, cancellation);
            case RunEntrance.Held(var holder):
                findings.Add(RunHolder.Refusal(holder, request.To, request.Schema));
                break;
            case RunEntrance.Refused(var refusals):
                findings.AddRange(refusals);
                break;
            default:
                throw new InvalidOperationException("a run that begins cannot be over");
        }
        await display.DisposeAsync();
        return Refuse(findings, plan.NotMoved, ExitCode.Findings);
    }

    private int Planned(List<Finding> findings, MovePlan plan, IReadOnlyList<TableChoices> choices, MoveProgress progress)
    {
        var phases = MoveReport.Phases(progress);
        MoveReport.PrintChoices(console.Out, choices, findings);
        console.Print(findings);
        console.Line($"[green]Nothing stands against this move.[/] Dry run: nothing was changed.");
        return console.Finish(new MoveDocument
        {
            Command = "move",
            Outcome = "planned",
            ExitCode = ExitCode.Done,
            Source = SourceAddress.Shown(request),
            Tables = MoveReport.Tables(plan),
            Phases = phases.Elapsed,
            Processor = phases.Processor,
            Findings = [.. findings.Select(f => FindingDocument.From(f, console.ShowValues))],
            NotMoved = MoveReport.NotMoved(plan.NotMoved),
            NotMovedFile = NotMovedOutput.PathOf(request),
        });
    }

    private int Refuse(IReadOnlyList<Finding> findings, IReadOnlyList<NotMoved> notMoved, int exitCode)
    {
        console.Print(findings);
        var errors = findings.Count(f => f.Severity == Severity.Error);
        console.Line($"[red]Refused:[/] {errors} {(errors == 1 ? "finding stands" : "findings stand")} against it. Nothing was changed; the target is as it was.");
        if (notMoved.Count > 0) console.Line($"What cannot go over is listed in {NotMovedOutput.PathOf(request)}.");
        return console.Finish(new MoveDocument
        {
            Command = "move",
            Outcome = "refused",
            ExitCode = exitCode,
            Source = SourceAddress.Shown(request),
            Findings = [.. findings.Select(f => FindingDocument.From(f, console.ShowValues))],
            NotMoved = MoveReport.NotMoved(notMoved),
            NotMovedFile = notMoved.Count > 0 ? NotMovedOutput.PathOf(request) : null,
            Next = "Nothing was changed.",
        });
    }
}
