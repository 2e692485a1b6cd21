using System.Globalization;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <param name="Verification">The record; null when something is wrong.</param>
/// <param name="Checks">All that was looked at.</param>
/// <param name="Findings">What is wrong.</param>
public sealed record BackupVerdict(BackupVerification? Verification, IReadOnlyList<BackupCheck> Checks, IReadOnlyList<Finding> Findings);

/// <summary>Whether a backup is one: every copy's files, then one copy restored into a server of its own and compared with what was there when it was taken.</summary>
public static class BackupVerifier
{
    private const int MostNamed = 10;

    public static async Task<BackupVerdict> VerifyAsync(StoredBackup backup, BackupPlace place, Action<string> note, TimeProvider time, CancellationToken cancellation)
    {
        await ScratchServer.SweepAsync(place.Staging);
        var checks = new List<BackupCheck>();
        var findings = new List<Finding>();
        var whole = new List<BackupCopy>();
        foreach (var copy in backup.Copies)
        {
            var problems = await copy.CheckFilesAsync(null, cancellation);
            checks.Add(new BackupCheck($"files at {copy.Destination}", problems.Count == 0, problems.Count == 0 ? $"{copy.Manifest!.Files.Count} files, each with its SHA-256" : string.Join("; ", problems.Take(MostNamed))));
            if (problems.Count == 0) whole.Add(copy);
            else findings.Add(Finding.Error(FindingCodes.BackupChanged, $"the copy of {backup.Name} at {copy.Destination}: {string.Join("; ", problems.Take(MostNamed))}", null, "Do not restore from it."));
        }
        // Two manifests, each signed, under one name: whichever is meant, one destination holds another backup.
        if (whole.Select(c => c.ManifestHash).Distinct(StringComparer.Ordinal).Count() > 1)
        {
            findings.Add(Finding.Error(FindingCodes.BackupChanged, $"the destinations hold different backups under the name {backup.Name}"));
            whole.Clear();
        }
        if (whole.Count == 0) return new BackupVerdict(null, checks, findings);
        note($"{whole.Count} {(whole.Count == 1 ? "copy is" : "copies are")} whole; restoring it");
        var manifest = whole[0].Manifest!;
        TimeSpan took;
        try
        {
            await using var scratch = await ScratchCopy.MakeAsync(whole[0], place, null, note, time, cancellation);
            took = scratch.Took;
            checks.Add(new BackupCheck("restored", true, string.Create(CultureInfo.InvariantCulture, $"in {took.TotalSeconds:0.0} s")));
            foreach (var other in scratch.Notes) checks.Add(new BackupCheck("surroundings", null, other));
            checks.AddRange(await CompareAsync(scratch, manifest, place, note, cancellation));
        }
        catch (BackupException e)
        {
            return new BackupVerdict(null, checks, [.. findings, .. e.Findings]);
        }
        catch (IOException e)
        {
            return new BackupVerdict(null, checks, [.. findings, Finding.Error(FindingCodes.BackupChanged, e.Message, null, "Do not restore from it.")]);
        }
        findings.AddRange(checks.Where(c => c is { Holds: false } && !c.Name.StartsWith("files at", StringComparison.Ordinal))
            .Select(c => Finding.Error(FindingCodes.BackupNotVerified, $"backup {backup.Name}, {c.Name}: {c.Saw}", null, "Do not rely on it, and take a new one.")));
        if (findings.Exists(f => f.Code == FindingCodes.BackupNotVerified)) return new BackupVerdict(null, checks, findings);
        var verification = new BackupVerification
        {
            Backup = backup.Name, Manifest = whole[0].ManifestHash, At = time.GetUtcNow(), RestoreMilliseconds = (long)took.TotalMilliseconds, Rows = manifest.Tables.Sum(t => t.Rows),
            Tables = manifest.Tables.Count, Checks = checks,
        };
        using var key = SigningKeyFile.LoadOrCreate(place.Home);
        var signed = BackupJson.Sign(verification, key);
        foreach (var copy in whole) copy.Record(signed);
        return new BackupVerdict(verification, checks, findings);
    }

    private static async Task<IReadOnlyList<BackupCheck>> CompareAsync(ScratchCopy scratch, BackupManifest manifest, BackupPlace place, Action<string> note, CancellationToken cancellation)
    {
        var target = await scratch.Server.ReachAsync(scratch.Database, cancellation);
        return await CompareAsync(target, manifest, place, note, cancellation);
    }

    /// <summary>What a restored database has and has to have.</summary>
    internal static async Task<IReadOnlyList<BackupCheck>> CompareAsync(PostgresTarget target, BackupManifest manifest, BackupPlace place, Action<string> note, CancellationToken cancellation)
    {
        var checks = new List<BackupCheck>();
        await using var source = target.OpenSource(new SessionSettings { RunId = "verify", Role = "read", StatementLimit = TimeSpan.Zero, Extra = LogicalBackup.FixedText });
        await using var connection = await source.OpenAsync(cancellation);
        note("comparing rows");
        var tables = await RowDigests.ListAsync(connection, cancellation);
        var digests = await RowDigests.ReadAsync(source.OpenAsync2, tables, RowDigests.KeyOf(place.Key, manifest.Id), place.Settings.Jobs, null, cancellation);
        checks.Add(CompareRows(manifest.Tables, digests));
        checks.Add(CompareSequences(manifest.Sequences, await DatabaseFacts.ReadSequencesAsync(connection, cancellation)));
        checks.Add(CompareObjects(manifest.Objects, await DatabaseFacts.CountObjectsAsync(connection, cancellation)));
        note("checking pages and indexes");
        checks.Add(await AmCheck.RunAsync(connection, everyRow: manifest.Method == BackupMethod.Physical, cancellation));
        return checks;
    }

    private static BackupCheck CompareRows(IReadOnlyList<BackupTable> expected, IReadOnlyList<BackupTable> found)
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

    /// <summary>What was read while the dump was made lies between what was read before and after it.</summary>
    private static BackupCheck CompareSequences(IReadOnlyList<BackupSequence> expected, IReadOnlyDictionary<string, long> found)
    {
        var problems = new List<string>();
        foreach (var sequence in expected)
        {
            var (from, to) = (long.Parse(sequence.From, CultureInfo.InvariantCulture), long.Parse(sequence.To, CultureInfo.InvariantCulture));
            if (!found.TryGetValue(sequence.Name, out var value)) problems.Add($"{sequence.Name} is not there");
            else if (value < Math.Min(from, to) || value > Math.Max(from, to)) problems.Add($"{sequence.Name} stands at {value}, not between {sequence.From} and {sequence.To}");
        }
        return Check("sequences", problems, $"{expected.Count} stand where they stood");
    }

    private static BackupCheck CompareObjects(IReadOnlyDictionary<string, long> expected, IReadOnlyDictionary<string, long> found)
    {
        var problems = expected.Keys.Union(found.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Where(k => expected.GetValueOrDefault(k) != found.GetValueOrDefault(k))
            .Select(k => $"{found.GetValueOrDefault(k)} {k} instead of {expected.GetValueOrDefault(k)}").ToList();
        return Check("objects", problems, string.Join(", ", expected.Where(e => e.Value > 0).Select(e => $"{e.Value} {e.Key}")));
    }

    private static BackupCheck Check(string name, List<string> problems, string saw) => problems.Count == 0
        ? new BackupCheck(name, true, saw)
        : new BackupCheck(name, false, string.Join("; ", problems.Take(MostNamed)) + (problems.Count > MostNamed ? $" and {problems.Count - MostNamed} more" : ""));

    private static Task<NpgsqlConnection> OpenAsync2(this PostgresSource source, CancellationToken cancellation) => source.OpenAsync(cancellation).AsTask();
}
