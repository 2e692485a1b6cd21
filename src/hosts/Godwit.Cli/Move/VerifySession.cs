using System.Security.Cryptography;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Reading;
using Godwit.Postgres.Runs;
using Godwit.Sqlite.Reading;

namespace Godwit.Cli.Move;

/// <summary><c>godwit verify</c>: reads both sides whole and compares them by the plan of the run that moved them, under a key of its own. Writes nothing to either side.</summary>
internal sealed class VerifySession(MoveRequest request, MoveConsole console)
{
    private readonly TimeProvider _time = TimeProvider.System;

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var url = PostgresUrl.Parse(request.To);
        if (url.Url is null) return Refuse(url.Findings, ExitCode.Usage);
        await using var display = console.StartProgress(_time);
        display.Progress.Begin(MovePhase.Open);
        using var opened = await OpenedMove.OpenAsync(request, url.Url, cancellation);
        if (opened.Source is null || opened.Target is null) return Refuse([.. url.Findings, .. opened.Findings], ExitCode.Findings);
        var startedAt = _time.GetUtcNow();
        await using var sessions = new TargetSessions(opened.Target, Guid.NewGuid());
        StoredRun? stored;
        await using (var session = await sessions.RentAsync(cancellation))
        {
            stored = await RunRows.FindAsync(session.Connection, id: null, request.Schema, cancellation);
        }
        if (stored is null or { State: RunState.Aborted })
        {
            return Refuse(
                [Finding.Error(FindingCodes.NothingToResume, $"schema {request.Schema} of the target holds no move", remedy: "`godwit move` makes one; --schema names another schema.")],
                ExitCode.Findings);
        }
        // A key of its own: nobody could have known it when the target was changed.
        var run = stored.Description with { HashKey = SipHash.Key(RandomNumberGenerator.GetBytes(16)) };
        var options = new MoveRunOptions { Jobs = request.Jobs, Decoding = request.Paranoid ? SecondDecoding.Every : SecondDecoding.Sample };
        await using var snapshot = await TargetSnapshot.OpenAsync(sessions, run.Plan.Schema, run.HashKey, stored.Catalog, cancellation);
        var verification = await new MoveVerifier(new SqliteRowSource(opened.Source), snapshot, run.Plan, run.HashKey, options, display.Progress).RunAsync(cancellation);
        var certificate = request.CertificateFile is null
            ? null
            : CertificateOutput.Write(request, run, verification, opened, startedAt, _time.GetUtcNow()).Path;
        var phases = MoveReport.Phases(display.Progress);
        await display.DisposeAsync();
        return Report(run, verification, certificate, phases);
    }

    private int Report(RunDescription run, MoveVerification verification, string? certificate, PhaseSeconds phases)
    {
        MoveReport.PrintVerification(console.Out, verification);
        console.Print(verification.Mismatches);
        if (verification.Verified) console.Line($"[green]Verified:[/] {verification.Tables.Sum(t => t.Target.Total.Count):N0} rows in {run.Plan.Tables.Count} tables, 0 mismatches.");
        else if (verification.SourceChanged) console.Line($"[red]Not verified:[/] somebody wrote to the source meanwhile.");
        else console.Line($"[red]Not verified:[/] {verification.Mismatches.Count} differences.");
        if (certificate is not null) console.Line($"Certificate: {certificate}");
        return console.Finish(new MoveDocument
        {
            Command = "verify",
            Outcome = verification.Verified ? "verified" : "failed",
            ExitCode = verification.Verified ? ExitCode.Done : ExitCode.NotVerified,
            Run = run.Id.ToString(),
            Source = request.From,
            Tables = MoveReport.Tables(run.Plan, verification),
            Phases = phases.Elapsed,
            Processor = phases.Processor,
            Mismatches = [.. verification.Mismatches.Select(f => FindingDocument.From(f, console.ShowValues))],
            Quarantined = verification.Tables.Sum(t => t.Source.Quarantined),
            Certificate = certificate,
        });
    }

    private int Refuse(IReadOnlyList<Finding> findings, int exitCode)
    {
        console.Print(findings);
        return console.Finish(new MoveDocument
        {
            Command = "verify",
            Outcome = "refused",
            ExitCode = exitCode,
            Source = request.From,
            Findings = [.. findings.Select(f => FindingDocument.From(f, console.ShowValues))],
        });
    }
}
