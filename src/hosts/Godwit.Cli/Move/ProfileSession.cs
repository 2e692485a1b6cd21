using Godwit.Cli.Move.Sources;
using Godwit.Cli.Runs;
using Godwit.Engine.Moves;
using Godwit.Model.Findings;
using Godwit.Sqlite.Planning;

namespace Godwit.Cli.Move;

/// <summary><c>godwit profile</c>: what a move would choose and find, without a target.</summary>
internal sealed class ProfileSession(MoveRequest request, MoveConsole console)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var (options, findings) = PlanRequest.Read(request);
        if (options is null) return Finish([.. findings], null, PhaseSeconds.None);
        if (OutputReadiness.ProtectSource(request) is { Count: > 0 } overwritten) return Finish([.. findings, .. overwritten], null, PhaseSeconds.None);
        await using var display = console.StartProgress(TimeProvider.System);
        display.Progress.Begin(MovePhase.Open);
        using var opened = await OpenedMove.OpenAsync(request, url: null, cancellation);
        var planned = opened.Source is null ? null : await opened.Source.PlanAsync(options, target: null, request.Jobs, display.Progress, ProcessEnvironment.Instance, cancellation);
        if (planned is not null) NotMovedOutput.Write(request, planned.NotMoved);
        var phases = MoveReport.Phases(display.Progress);
        await display.DisposeAsync();
        return Finish([.. findings, .. opened.Findings, .. planned?.Findings ?? []], planned, phases);
    }

    private int Finish(IReadOnlyList<Finding> findings, PlanResult? planned, PhaseSeconds phases)
    {
        var choices = planned?.Choices ?? [];
        MoveReport.PrintChoices(console.Out, choices, findings);
        console.Print(findings);
        var errors = findings.Count(f => f.Severity == Severity.Error);
        var refused = errors > 0;
        if (refused) console.Line($"[red]{errors} {(errors == 1 ? "finding stands" : "findings stand")} against a move.[/]");
        else console.Line($"[green]Nothing of the source stands against a move.[/]");
        return console.Finish(new MoveDocument
        {
            Command = "profile",
            Outcome = refused ? "refused" : "planned",
            ExitCode = refused ? ExitCode.Findings : ExitCode.Done,
            Source = SourceAddress.Shown(request),
            Tables = planned?.Plan is { } plan ? MoveReport.Tables(plan) : MoveReport.Tables(choices),
            Phases = phases.Elapsed,
            Processor = phases.Processor,
            Findings = [.. findings.Select(f => FindingDocument.From(f, console.ShowValues))],
            NotMoved = MoveReport.NotMoved(planned?.NotMoved ?? []),
            NotMovedFile = planned is null ? null : NotMovedOutput.PathOf(request),
        });
    }
}
