using Godwit.Cli.Move.Sources;
using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Findings;
using Godwit.Postgres.Runs;
using Godwit.Security.Signing;

namespace Godwit.Cli.Move;

/// <summary>Carries out a run that holds its lease, new or resumed, and certifies it.</summary>
internal sealed class MoveExecution(MoveRequest request, MoveConsole console, OpenedMove opened, ProgressDisplay display, IReadOnlyList<Finding> findings)
{
    private readonly TimeProvider _time = TimeProvider.System;

    /// <summary>Ends with the target disposed, whatever came of it.</summary>
    public async Task<int> RunAsync(PostgresMoveTarget held, CancellationToken cancellation)
    {
        // Before the target, so that it still watches while the target's sessions are closed.
        using var silence = LastResort.Watch(console, "the target has not answered for as long as this runner's lease lasts", held.LeaseLost);
        await using var target = held;
        // A resumed run is this folder's from now on.
        var pointer = RunPointer.To(target.Run.Id, request);
        pointer.Write();
        pointer.RemoveFormer();
        console.HasBegun(pointer);
        var startedAt = _time.GetUtcNow();
        var source = opened.Rows;
        var options = new MoveRunOptions
        {
            Jobs = request.Jobs,
            Decoding = request.Paranoid ? SecondDecoding.Every : SecondDecoding.Sample,
            HashWhileCopying = !request.NoHash,
        };
        var run = new MoveRun(source, target, options, display.Progress);
        var verification = await run.RunAsync(cancellation);
        display.Progress.Begin(MovePhase.Certify);
        var path = CertificateOutput.PathOf(request);
        Certificate? certificate = null;
        await run.FinishAsync(
            verification.Verified ? RunState.Verified : RunState.Failed,
            () =>
            {
                certificate = CertificateOutput.Write(request, target.Run, verification, opened, startedAt, _time.GetUtcNow()).Certificate;
                return new RunEnd(File.ReadAllText(path), verification.Schema.Lines);
            },
            cancellation);
        console.HasEnded(pointer);
        RunPointer.Remove(target.Run.Id);
        console.IsTold();
        await display.DisposeAsync();
        return Report(target.Run, verification, path, certificate!);
    }

    /// <summary>Named in full: the run has ended, so this folder no longer points at it.</summary>
    private string Abort => RunPointer.Command("abort", request.To, request.Schema);

    private int Report(RunDescription run, MoveVerification verification, string path, Certificate certificate)
    {
        var phases = MoveReport.Phases(display.Progress);
        console.Print(findings);
        MoveReport.PrintNotableChoices(console.Out, run.Plan);
        MoveReport.PrintVerification(console.Out, verification);
        console.Print(verification.Mismatches);
        var quarantined = verification.Tables.Sum(t => t.Source.Quarantined);
        if (verification.Verified)
            console.Line($"[green]Moved and verified:[/] {MoveReport.Summary(run.Plan, verification)}.");
        else if (verification.SourceChanged)
            console.Line($"[red]Not certified:[/] somebody wrote to the source while it was moved. Stop its writers and move again (`{Abort}` removes what was moved).");
        else
            console.Line($"[red]Verification failed:[/] {MoveReport.Count(verification.Mismatches.Count, "difference")}. The target holds what was moved; `godwit verify` looks again, `{Abort}` removes it.");
        if (run.Plan.NotMoved.Count > 0) console.Line($"Not moved: {MoveReport.Count(run.Plan.NotMoved.Count, "object")}, listed in {NotMovedOutput.PathOf(request)}.");
        console.Line($"Certificate: {path} (signed by {certificate.Signature!.Kid[..12]}…)");
        return console.Finish(new MoveDocument
        {
            Command = "move",
            Outcome = verification.Verified ? "verified" : "failed",
            ExitCode = verification.Verified ? ExitCode.Done : ExitCode.NotVerified,
            Run = run.Id.ToString(),
            Source = SourceAddress.Shown(request),
            Target = $"{opened.Target!.Url.Database} schema {run.Plan.Schema}",
            Tables = MoveReport.Tables(run.Plan, verification),
            Phases = phases.Elapsed,
            Processor = phases.Processor,
            Findings = [.. findings.Select(f => FindingDocument.From(f, console.ShowValues))],
            Mismatches = [.. verification.Mismatches.Select(f => FindingDocument.From(f, console.ShowValues))],
            Quarantined = quarantined,
            NotMoved = MoveReport.NotMoved(run.Plan.NotMoved),
            NotMovedFile = NotMovedOutput.PathOf(request),
            Certificate = path,
        });
    }
}
