using System.Security.Cryptography;
using Godwit.Cli.Move.Sources;
using Godwit.Cli.Runs;
using Godwit.Engine.Moves;
using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Rows;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Postgres.Reading;
using Godwit.Postgres.Runs;
using Godwit.Sqlite.Planning;
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
        if (request.CertificateFile is not null && OutputReadiness.ProtectSource(request) is { Count: > 0 } overwritten) return Refuse(overwritten, ExitCode.Findings);
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
        if (stored is { State: RunState.Aborted }) stored = null;
        var (signed, told) = MoveCertificate.Find(request, stored, url.Url.Database);
        if (told.Any(f => f.Severity == Severity.Error))
        {
            await display.DisposeAsync();
            return Refuse(told, ExitCode.NotVerified);
        }
        var leftOut = signed?.LeftOut ?? [];
        var (plan, findings) = stored is not null ? (stored.Description.Plan, []) : await PlanAsync(opened.Source, opened.Target, leftOut, display.Progress, cancellation);
        if (plan is not null && stored is null && !await HoldsAnyAsync(sessions, plan, cancellation))
        {
            plan = null;
            findings = [Finding.Error(FindingCodes.NothingToResume, $"schema {request.Schema} of the target holds no move", remedy: "`godwit move` makes one; --schema names another schema.")];
        }
        if (plan is null)
        {
            await display.DisposeAsync();
            return Refuse([.. told, .. findings], ExitCode.Findings);
        }
        IReadOnlyList<Finding> uncovered =
            [.. await opened.Source.CompareAsync(plan, leftOut, signed?.Tables.ToDictionary(t => t.SourceName, t => t.LeftOutColumns ?? [], StringComparer.Ordinal), cancellation), .. MoveCertificate.Unproven(signed, plan), .. signed is null ? [] : MoveCertificate.Contradictions(signed, plan)];
        if (uncovered.Count > 0)
        {
            await display.DisposeAsync();
            return Refuse([.. told, .. uncovered], ExitCode.NotVerified);
        }
        plan = plan with { LeftOut = leftOut };
        var secrets = stored is not null
            ? opened.Source.UseAgain(stored.Description, ProcessEnvironment.Instance)
            : opened.Source.Use(plan, ProcessEnvironment.Instance);
        await using var keyring = new PostgresRunKeyring(opened.Target, Environment.GetEnvironmentVariable, "verification", _time);
        if (secrets.Count == 0) secrets = await opened.UseKeysAsync(plan, keyring, writes: false, cancellation);
        if (secrets.Count > 0)
        {
            await display.DisposeAsync();
            return Refuse([.. told, .. secrets], ExitCode.Findings);
        }
        // A key of its own: nobody could have known it when the target was changed.
        var run = new RunDescription
        {
            Id = stored?.Description.Id ?? Guid.NewGuid(),
            Plan = plan,
            HashKey = SipHash.Key(RandomNumberGenerator.GetBytes(16)),
            Origin = "",
            ToolVersion = ToolVersion.Text,
        };
        var options = new MoveRunOptions { Jobs = request.Jobs, Decoding = request.Paranoid ? SecondDecoding.Every : SecondDecoding.Sample };
        await using var snapshot = await TargetSnapshot.OpenAsync(sessions, run.Plan.Schema, run.HashKey, stored?.Catalog, cancellation);
        MoveVerification verification;
        try
        {
            if (stored is not null) opened.Rows.Know(await StoredRanges.ReadAsync(sessions, stored.Description.Id, cancellation));
            verification = await new MoveVerifier(opened.Rows, snapshot, run.Plan, run.HashKey, options, display.Progress).RunAsync(cancellation);
        }
        catch (UnsealableException unsealable)
        {
            await display.DisposeAsync();
            return Refuse([Finding.Error(FindingCodes.RowsDiffer, unsealable.Message, new Place.InTable(unsealable.Table, Column: unsealable.Column), "Move again: the source was written to since.")], ExitCode.NotVerified);
        }
        catch (MisfitException misfit)
        {
            // The profile of the move found no such value: the source was written to since, and what it holds now cannot be what the target holds.
            await display.DisposeAsync();
            var place = new Place.InTable(misfit.Table, $"{misfit.Row}", misfit.Column);
            return Refuse([Finding.Error(FindingCodes.RowsDiffer, "the source holds a value that its column could not hold when it was moved", place, "Move again: the source was written to since.")], ExitCode.NotVerified);
        }
        var certificate = request.CertificateFile is null
            ? null
            // What was accepted when it was moved holds for what is there.
            : CertificateOutput.Write(request with { Accept = [.. (signed?.Accepted ?? []).Select(a => a.Table is null ? a.Code : $"{a.Code}:{a.Table}")] }, run, verification, opened, startedAt, _time.GetUtcNow()).Path;
        var phases = MoveReport.Phases(display.Progress);
        await display.DisposeAsync();
        return Report(run, verification, certificate, phases, [.. url.Findings, .. told]);
    }

    /// <summary>
    /// Where the target keeps no record of a move (its schema godwit was removed), the plan that a move would follow now says what should be there. What can be
    /// accepted is: a view that was left out is not looked for.
    /// </summary>
    private async Task<(MovePlan? Plan, IReadOnlyList<Finding> Findings)> PlanAsync(
        IMoveSource source, PostgresTarget target, IReadOnlyList<string> leftOut, MoveProgress progress, CancellationToken cancellation)
    {
        var tables = leftOut.Count == 0 ? null : (await source.TablesAsync(cancellation)).Except(leftOut, StringComparer.Ordinal).ToList();
        var options = new PlanOptions { Schema = request.Schema, Tables = tables, Accept = [.. FindingCodes.All.Values.Where(c => c.Acceptable).Select(c => new Acceptance(c))] };
        var planned = await source.PlanAsync(options, target, request.Jobs, progress, ProcessEnvironment.Instance, cancellation);
        return (planned.Plan, planned.Findings);
    }

    private static async Task<bool> HoldsAnyAsync(TargetSessions sessions, MovePlan plan, CancellationToken cancellation)
    {
        await using var session = await sessions.RentAsync(cancellation);
        var holds = await MovedTables.AnyAsync(session.Connection, plan, cancellation);
        session.Keep();
        return holds;
    }

    private int Report(RunDescription run, MoveVerification verification, string? certificate, PhaseSeconds phases, IReadOnlyList<Finding> told)
    {
        console.Print(told);
        MoveReport.PrintVerification(console.Out, verification);
        if (run.Plan.LeftOut is { Count: > 0 } leftOut) console.Line($"Left out, as the certificate of the move says: {string.Join(", ", leftOut)}.");
        console.Print(verification.Mismatches);
        if (verification.Verified) console.Line($"[green]Verified:[/] {MoveReport.Summary(run.Plan, verification)}.");
        else if (verification.SourceChanged) console.Line($"[red]Not verified:[/] somebody wrote to the source meanwhile.");
        else console.Line($"[red]Not verified:[/] {MoveReport.Count(verification.Mismatches.Count, "difference")}.");
        if (certificate is not null) console.Line($"Certificate: {certificate}");
        return console.Finish(new MoveDocument
        {
            Command = "verify",
            Outcome = verification.Verified ? "verified" : "failed",
            ExitCode = verification.Verified ? ExitCode.Done : ExitCode.NotVerified,
            Run = run.Id.ToString(),
            Source = SourceAddress.Shown(request),
            Tables = MoveReport.Tables(run.Plan, verification),
            Phases = phases.Elapsed,
            Processor = phases.Processor,
            Findings = [.. told.Select(f => FindingDocument.From(f, console.ShowValues))],
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
            Source = SourceAddress.Shown(request),
            Findings = [.. findings.Select(f => FindingDocument.From(f, console.ShowValues))],
        });
    }
}
