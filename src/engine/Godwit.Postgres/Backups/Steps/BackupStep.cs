using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backups;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Signing;

namespace Godwit.Postgres.Backups.Steps;

/// <summary>
/// Nothing it does changes the target, and a second backup harms nobody: begun again after a kill it takes a new one, unless the one that it remembers is there and verified. What a
/// killed one left is removed first. That it was carried further (<c>backups: after:</c>) is remembered by itself: one that was not is carried again.
/// </summary>
internal sealed class BackupStep(bool verify) : IStep
{
    private const string Made = "backup", Carried = "carried";

    public string? Irreversible => null;

    public string UndoSummary => "the backup stays: it changed nothing";

    public string? Describe(string progress, DateTimeOffset now) => JsonNode.Parse(progress)?[Made]?.GetValue<string>() is { } name ? $"backup {name}" : null;

    public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => InPlaceAsync(context, _ => Task.FromResult(StepResult.Done));

    public async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        if (context.Target is not IHoldsMoves held) throw new InvalidOperationException("this target cannot be backed up");
        return await InPlaceAsync(context, async place =>
        {
            var memory = new StepMemory(context);
            var (state, _) = await memory.ReadAsync(cancellation);
            var stored = state?.TextOrNull(Made) is { } known ? place.Store.Find(known) : null;
            IReadOnlyList<Finding> failed = [];
            if (stored?.Manifest is null || stored.Copies.Count < place.Destinations.Count)
            {
                var note = new Notes(context.Progress);
                var made = await PostgresBackups.CreateAsync(
                    held.Moves.Target, new BackupRequest(place, typeof(BackupStep).Assembly.GetName().Version?.ToString(3) ?? "0") { Run = context.Run, Note = note.Tell, Time = context.Time }, cancellation);
                state = new JsonObject { [Made] = made.Manifest.Name };
                await memory.SaveAsync(state, 1, verify ? 2 : 1, cancellation);
                failed = [.. made.Writing.Failed.Select(f => Finding.Error(FindingCodes.BackupDestination, $"{f.Destination} did not take the backup: {f.Reason}", null, "Make room there, or mend it; then `godwit resume` takes a new one."))];
                stored = place.Store.Find(made.Manifest.Name)!;
            }
            if (place.Settings.After is not null && state?.FlagOrNull(Carried) is not true)
            {
                var uncarried = await BackupFollowUp.RunAsync(place, stored.Name, stored.Copies[0].Folder, context.Time, cancellation);
                failed = [.. failed, .. uncarried];
                if (uncarried.Count == 0) await memory.SaveAsync(new JsonObject { [Made] = stored.Name, [Carried] = true }, 1, verify ? 2 : 1, cancellation);
            }
            if (verify && (stored.Verification is null || failed.Count > 0))
            {
                var verdict = await BackupVerifier.VerifyAsync(stored, place, new Notes(context.Progress).Tell, context.Time, cancellation);
                failed = [.. failed, .. verdict.Findings];
                stored = place.Store.Find(stored.Name)!;
            }
            return failed.Count > 0 ? new StepResult.Failed(failed) { Evidence = Evidence(stored) } : new StepResult.Passed { Evidence = Evidence(stored) };
        });
    }

    public async Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => await InPlaceAsync(context, async place =>
    {
        var (state, _) = await new StepMemory(context).ReadAsync(cancellation);
        var stored = state?.TextOrNull(Made) is { } name ? place.Store.Find(name) : null;
        if (stored?.Manifest is null) return StepResult.Fail(FindingCodes.BackupUnknown, "the backup that this step took is not there any more", "Bring it back, or roll the step back and take a new one.");
        if (verify && stored.Verification is null) return StepResult.Fail(FindingCodes.BackupUnverified, $"backup {stored.Name} is not verified", $"godwit backup verify {stored.Name}");
        return new StepResult.Passed { Evidence = Evidence(stored) };
    });

    public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => new StepMemory(context).ForgetAsync(cancellation);

    private static Dictionary<string, string> Evidence(StoredBackup backup)
    {
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal) { [Made] = backup.Name };
        if (backup.Manifest is { } manifest)
        {
            evidence["snapshot"] = manifest.SnapshotAt.ToString("O", CultureInfo.InvariantCulture);
            evidence["rows"] = $"{manifest.Tables.Sum(t => t.Rows)} of {manifest.Tables.Count} tables";
            evidence["copies"] = backup.Copies.Count.ToString(CultureInfo.InvariantCulture);
        }
        if (backup.Verification is { } verification) evidence["restore takes about"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(verification.RestoreTook.TotalSeconds))} s");
        return evidence;
    }

    internal static async Task<StepResult> InPlaceAsync(StepContext context, Func<BackupPlace, Task<StepResult>> act)
    {
        if (context.Backups is not { } settings) return StepResult.Fail(FindingCodes.BackupPlaceWrong, "the runbook says nothing of backups", "Add `backups:` with its destinations.");
        var (place, findings) = BackupPlace.Resolve(BackupSettings.Read(settings), context.Folder, context.Environment, GodwitHome.Folder());
        if (place is null) return new StepResult.Failed(findings);
        using (place)
        {
            try
            {
                return await act(place);
            }
            catch (BackupException refused)
            {
                return new StepResult.Failed(refused.Findings);
            }
        }
    }

    private sealed class Notes(IStepProgress progress)
    {
        private int _told;

        public void Tell(string note) => progress.Report(++_told, null, note);
    }
}
