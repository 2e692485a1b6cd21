using System.Globalization;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backups;
using Godwit.Engine.Checks;
using Godwit.Engine.Gates;
using Godwit.Engine.Runs;
using Godwit.Postgres.Backups.PgBackRest;
using Godwit.Security.Signing;

namespace Godwit.Postgres.Backups.Gate;

internal sealed class BackupGate(TimeSpan longest, int? copies, bool read) : IGate
{
    /// <summary>A snapshot cannot be of the future; the clock it is compared with may have been set back a little.</summary>
    private static readonly TimeSpan s_clockSlack = TimeSpan.FromMinutes(1);

    public async Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation)
    {
        if (context.Backups is not { } settings) return new GateVerdict(GateState.Fail, "the runbook says nothing of backups: add `backups:` with its destinations");
        var (place, findings) = BackupPlace.Resolve(BackupSettings.Read(settings), context.Folder, context.Environment, GodwitHome.Folder());
        if (place is null) return new GateVerdict(GateState.NoData, string.Join("; ", findings.Select(f => f.Message)));
        using (place)
        {
            GateDatabase database;
            try
            {
                database = await GateDatabase.ReadAsync(context.Target, cancellation);
            }
            catch (TargetFaultException fault)
            {
                return new GateVerdict(GateState.NoData, $"the target does not say which database it is: {CheckRunner.Describe(fault)}");
            }
            try
            {
                return await JudgeAsync(place, database, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SigningKeyException)
            {
                return new GateVerdict(GateState.NoData, $"the destinations cannot be read: {e.Message}");
            }
        }
    }

    private async Task<GateVerdict> JudgeAsync(BackupPlace place, GateDatabase database, CancellationToken cancellation)
    {
        var all = place.Store.List();
        var ours = all.Where(b => b.Manifest is { } m && database.IsOf(m.Origin, m.SnapshotAt)).ToList();
        if (ours.Count == 0) return new GateVerdict(GateState.Fail, all.Count == 0 ? "there is no backup" : $"none of the {all.Count} backups is of this database, as it lives now");
        GateVerdict? first = null;
        foreach (var backup in ours)
        {
            var verdict = await JudgeAsync(backup, place, database, cancellation);
            if (verdict.State == GateState.Pass) return verdict;
            first ??= verdict;
            if (database.Now - backup.Manifest!.SnapshotAt > longest) break;
        }
        return first!;
    }

    private async Task<GateVerdict> JudgeAsync(StoredBackup backup, BackupPlace place, GateDatabase database, CancellationToken cancellation)
    {
        var manifest = backup.Manifest!;
        var age = database.Now - manifest.SnapshotAt;
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [BackupsOfRuns.Evidence] = backup.Name, ["snapshot"] = manifest.SnapshotAt.ToString("O", CultureInfo.InvariantCulture), ["age"] = Written(age), ["method"] = manifest.Method.ToString().ToLowerInvariant(),
        };
        if (age > longest) return No($"the newest backup of this database, {backup.Name}, is {Written(age)} old, and {DurationText.Write(longest)} is allowed");
        if (age < -s_clockSlack) return No($"backup {backup.Name} is of a time that the database's clock has not reached");
        if (manifest.PgBackRest is { } kept)
        {
            var presence = (await PgBackRestRepositories.LookAsync([backup], place, TimeProvider.System, cancellation))[backup.Name];
            evidence["pgBackRest"] = presence.Saw;
            if (presence.There is null) return new GateVerdict(GateState.NoData, $"whether pgBackRest still has {kept.Label} cannot be asked: {presence.Saw}") { Evidence = evidence };
            if (presence.There is false) return No($"backup {backup.Name} is gone: {presence.Saw}");
        }
        if (backup.Verification is not { } verification) return No($"backup {backup.Name} is not verified: godwit backup verify {backup.Name}");
        var restore = Math.Max(1, Math.Round(verification.RestoreTook.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        evidence["restore takes about"] = $"{restore} s";
        var needed = copies ?? place.Destinations.Count;
        var whole = 0;
        var problems = new List<string>();
        foreach (var destination in place.Destinations)
        {
            if (backup.Copies.FirstOrDefault(c => c.Destination == destination) is not { } copy)
            {
                problems.Add($"it is not at {destination}");
                continue;
            }
            // A copy whose record of verification is of another manifest is not the one that was verified.
            var wrong = copy.ManifestHash != verification.Manifest ? ["its manifest is not the one that was verified"] : read ? await copy.CheckFilesAsync(null, cancellation) : copy.CheckPresence();
            if (wrong.Count == 0) whole++;
            else problems.Add($"at {destination} {wrong[0]}");
        }
        evidence["copies"] = $"{whole} of {place.Destinations.Count} whole";
        if (whole < Math.Min(needed, place.Destinations.Count) || whole == 0) return No($"backup {backup.Name} is whole at {whole} destinations of {needed} that it has to be at: {string.Join("; ", problems)}");
        return new GateVerdict(GateState.Pass, $"{backup.Name}, {Written(age)} old, verified; restore takes about {restore} s") { Evidence = evidence };

        GateVerdict No(string summary) => new(GateState.Fail, summary) { Evidence = evidence };
    }

    private static string Written(TimeSpan age) => age < TimeSpan.Zero ? "0s" : DurationText.Write(TimeSpan.FromSeconds(Math.Round(age.TotalSeconds)));
}
