using Godwit.Cli.Move;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups;
using Godwit.Sqlite.Backups;

namespace Godwit.Cli.Backups;

/// <summary>Makes and verifies backups for people.</summary>
internal sealed class BackupSession(BackupPlace place, BackupOutput output, TimeProvider time)
{
    public async Task<int> CreateAsync(Func<BackupRequest, CancellationToken, Task<BackupMade>> make, bool verify, CancellationToken cancellation)
    {
        await ScratchCopies.SweepAsync(place.Staging);
        var began = time.GetTimestamp();
        var made = await make(new BackupRequest(place, ToolVersion.Text) { Note = output.Note, Time = time }, cancellation);
        var took = time.GetElapsedTime(began);
        var manifest = made.Manifest;
        output.Line($"Backup [bold]{manifest.Name}[/] of {manifest.Origin.Name}: {manifest.Tables.Sum(t => t.Rows)} rows of {manifest.Tables.Count} tables, snapshot of {manifest.SnapshotAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, in {took.TotalSeconds:0.0} s");
        foreach (var destination in made.Writing.Written) output.Line($"  written to {destination}");
        if (manifest.PgBackRest is { } kept) output.Line($"  its files are in pgBackRest's {kept} ({kept.Type}{(kept.Cipher == "none" ? ", not encrypted" : "")})");
        List<Finding> findings = [.. made.Writing.Failed.Select(f => Finding.Error(FindingCodes.BackupDestination, $"{f.Destination} did not take the backup: {f.Reason}", null, "Make room there, or mend it; the others have it."))];
        findings.AddRange(await AfterAsync(made, cancellation));
        var stored = place.Store.Find(manifest.Name)!;
        if (!verify)
        {
            output.Line($"Not verified yet: godwit backup verify {manifest.Name}");
            return Finish(findings, "made", findings.Count == 0 ? ExitCode.Done : ExitCode.Fault, stored, [], took);
        }
        var verdict = await TryAsync(stored, cancellation);
        Print(verdict);
        findings.AddRange(verdict.Findings);
        var (outcome, code) = verdict.Verification is null ? ("not-verified", ExitCode.NotVerified) : findings.Count > 0 ? ("partly", ExitCode.Fault) : ("verified", ExitCode.Done);
        return Finish(findings, outcome, code, place.Store.Find(manifest.Name)!, verdict.Checks, took);
    }

    public async Task<int> VerifyAsync(string? name, CancellationToken cancellation)
    {
        if (place.Store.Find(name) is not { } backup) throw Unknown(name);
        var verdict = await TryAsync(backup, cancellation);
        Print(verdict);
        var (outcome, code) = verdict.Verification is not null && verdict.Findings.Count == 0 ? ("verified", ExitCode.Done) : ("not-verified", ExitCode.NotVerified);
        return Finish(verdict.Findings, outcome, code, place.Store.Find(backup.Name)!, verdict.Checks, null);
    }

    private async Task<BackupVerdict> TryAsync(StoredBackup backup, CancellationToken cancellation)
    {
        // Staging may be shared by backups of both kinds.
        await ScratchCopies.SweepAsync(place.Staging);
        return await (backup.Manifest?.Method == BackupMethod.Sqlite
            ? SqliteBackup.VerifyAsync(backup, place, output.Note, time, cancellation)
            : BackupVerifier.VerifyAsync(backup, place, output.Note, time, cancellation));
    }

    public static BackupException Unknown(string? name) => new(
        FindingCodes.BackupUnknown, name is null ? "no destination holds a backup" : $"no destination holds a backup {name}", "`godwit backup list` shows what there is, `godwit backup create` makes one.");

    private int Finish(IReadOnlyList<Finding> findings, string outcome, int code, StoredBackup backup, IReadOnlyList<BackupCheck> checks, TimeSpan? took) => output.Finish(
        findings, new BackupDocument { Command = "", Outcome = outcome, ExitCode = code, Backups = [BackupLine.Of(backup)], Checks = checks, Seconds = took?.TotalSeconds });

    private void Print(BackupVerdict verdict)
    {
        foreach (var check in verdict.Checks) output.Line($"  {(check.Holds switch { true => "holds ", false => "WRONG ", _ => "unseen" })}  {check.Name}: {check.Saw}");
        if (verdict.Verification is { } verification) output.Line($"[green]Verified[/]: restore takes about {Math.Max(1, Math.Round(verification.RestoreTook.TotalSeconds))} s.");
    }

    /// <summary>Carries it further, where the settings say how.</summary>
    private async Task<IReadOnlyList<Finding>> AfterAsync(BackupMade made, CancellationToken cancellation) =>
        await BackupFollowUp.RunAsync(place, made.Manifest.Name, Path.Combine(made.Writing.Written[0], made.Manifest.Name), time, cancellation);
}
