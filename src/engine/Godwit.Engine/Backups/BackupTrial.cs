using System.Globalization;
using Godwit.Model.Findings;
using Godwit.Security.Signing;

namespace Godwit.Engine.Backups;

/// <param name="Verification">The record; null when something is wrong.</param>
/// <param name="Checks">All that was looked at.</param>
/// <param name="Findings">What is wrong.</param>
public sealed record BackupVerdict(BackupVerification? Verification, IReadOnlyList<BackupCheck> Checks, IReadOnlyList<Finding> Findings);

/// <summary>Tries a backup out: looks at every copy's files, restores one of them, and puts down, signed, that it came out as it went in.</summary>
public static class BackupTrial
{
    private const int MostNamed = 10;

    private const string FilesAt = "files at ";

    /// <param name="backup">Which.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="restore">Restores a copy and compares it: how long the restore took, and what was seen.</param>
    /// <param name="note">Told what is being done.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<BackupVerdict> RunAsync(
        StoredBackup backup, BackupPlace place, Func<BackupCopy, Task<(TimeSpan Took, IReadOnlyList<BackupCheck> Checks)>> restore, Action<string> note, TimeProvider time, CancellationToken cancellation)
    {
        var checks = new List<BackupCheck>();
        var findings = new List<Finding>();
        var whole = new List<BackupCopy>();
        foreach (var copy in backup.Copies)
        {
            var problems = await copy.CheckFilesAsync(null, cancellation);
            checks.Add(problems.Count == 0 ? new BackupCheck(FilesAt + copy.Destination, true, copy.Manifest!.PgBackRest is null ? $"{copy.Manifest.Files.Count} files, each with its SHA-256" : "no files of its own: pgBackRest has them") : Check(FilesAt + copy.Destination, problems, ""));
            if (problems.Count == 0) whole.Add(copy);
            else findings.Add(Finding.Error(FindingCodes.BackupChanged, $"the copy of {backup.Name} at {copy.Destination}: {checks[^1].Saw}", null, "Do not restore from it."));
        }
        // Two manifests, each signed, under one name: whichever is meant, one destination holds another backup.
        if (whole.Select(c => c.ManifestHash).Distinct(StringComparer.Ordinal).Count() > 1)
        {
            findings.Add(Finding.Error(FindingCodes.BackupChanged, $"the destinations hold different backups under the name {backup.Name}"));
            whole.Clear();
        }
        if (whole.Count == 0) return new BackupVerdict(null, checks, findings);
        note($"{whole.Count} {(whole.Count == 1 ? "copy is" : "copies are")} whole; restoring it");
        TimeSpan took;
        try
        {
            (took, var seen) = await restore(whole[0]);
            checks.Add(new BackupCheck("restored", true, string.Create(CultureInfo.InvariantCulture, $"in {took.TotalSeconds:0.0} s")));
            checks.AddRange(seen);
        }
        catch (BackupException e)
        {
            if (e.Findings.Any(f => f.Code == FindingCodes.BackupNotVerified || f.Code == FindingCodes.BackupChanged)) Unrecord();
            return new BackupVerdict(null, checks, [.. findings, .. e.Findings]);
        }
        catch (IOException e)
        {
            return new BackupVerdict(null, checks, [.. findings, Finding.Error(FindingCodes.BackupChanged, e.Message, null, "Do not restore from it.")]);
        }
        var wrong = checks.Where(c => c is { Holds: false } && !c.Name.StartsWith(FilesAt, StringComparison.Ordinal)).ToList();
        if (wrong.Count > 0)
        {
            Unrecord();
            return new BackupVerdict(null, checks, [.. findings, .. wrong.Select(c => Finding.Error(FindingCodes.BackupNotVerified, $"backup {backup.Name}, {c.Name}: {c.Saw}", null, "Do not rely on it, and take a new one."))]);
        }
        var manifest = whole[0].Manifest!;
        var verification = new BackupVerification
        {
            Backup = backup.Name, Manifest = whole[0].ManifestHash, At = time.GetUtcNow(), RestoreMilliseconds = (long)took.TotalMilliseconds, Rows = manifest.Tables.Sum(t => t.Rows),
            Tables = manifest.Tables.Count, Checks = checks,
        };
        using var key = SigningKeyFile.LoadOrCreate(place.Home);
        var signed = BackupJson.Sign(verification, key);
        foreach (var copy in whole) copy.Record(signed);
        return new BackupVerdict(verification, checks, findings);

        // What was said of it before no longer holds: nothing may go by it.
        void Unrecord()
        {
            foreach (var copy in backup.Copies) copy.Unrecord();
        }
    }

    public static BackupCheck CompareRows(IReadOnlyList<BackupTable> expected, IReadOnlyList<BackupTable> found)
    {
        var byName = found.ToDictionary(t => t.Name, StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var table in expected)
        {
            if (!byName.Remove(table.Name, out var other)) problems.Add($"{table.Name} is not there");
            else if (other.Rows != table.Rows) problems.Add($"{table.Name} has {other.Rows} rows instead of {table.Rows}");
            else if (other != table) problems.Add($"{table.Name} has other rows: their hash differs");
        }
        problems.AddRange(byName.Keys.Order(StringComparer.Ordinal).Select(t => $"{t} is there and was not"));
        return Check("rows", problems, $"{expected.Sum(t => t.Rows)} rows of {expected.Count} tables, by count and keyed hash");
    }

    /// <summary>It holds when there is no problem; of many the first are named.</summary>
    public static BackupCheck Check(string name, IReadOnlyList<string> problems, string saw) => problems.Count == 0
        ? new BackupCheck(name, true, saw)
        : new BackupCheck(name, false, string.Join("; ", problems.Take(MostNamed)) + (problems.Count > MostNamed ? $" and {problems.Count - MostNamed} more" : ""));
}
