using System.Globalization;
using Godwit.Engine.Backups;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>Whether a backup of PostgreSQL is one: every copy's files, then one copy restored into a server of its own and compared with what was there when it was taken.</summary>
public static class BackupVerifier
{
    public static async Task<BackupVerdict> VerifyAsync(StoredBackup backup, BackupPlace place, Action<string> note, TimeProvider time, CancellationToken cancellation)
    {
        await ScratchServer.SweepAsync(place.Staging);
        return await BackupTrial.RunAsync(
            backup, place,
            async copy =>
            {
                await using var scratch = await ScratchCopy.MakeAsync(copy, place, null, note, time, cancellation);
                return (scratch.Took, [.. scratch.Checks, .. scratch.Notes.Select(n => new BackupCheck("surroundings", null, n)), .. await CompareAsync(scratch, copy.Manifest!, place, note, cancellation)]);
            },
            note, time, cancellation);
    }

    private static async Task<IReadOnlyList<BackupCheck>> CompareAsync(ScratchCopy scratch, BackupManifest manifest, BackupPlace place, Action<string> note, CancellationToken cancellation)
    {
        var target = await scratch.Server.ReachAsync(scratch.Database, cancellation);
        return await CompareAsync(target, manifest, place, note, pages: true, cancellation);
    }

    /// <summary>What a restored database has and has to have.</summary>
    /// <param name="target">The database.</param>
    /// <param name="manifest">What it has to be.</param>
    /// <param name="place">The key of the hashes.</param>
    /// <param name="note">Told what is being done.</param>
    /// <param name="pages">Whether amcheck looks too, for which an extension is made: in a scratch server only.</param>
    /// <param name="cancellation">Stops.</param>
    internal static async Task<IReadOnlyList<BackupCheck>> CompareAsync(PostgresTarget target, BackupManifest manifest, BackupPlace place, Action<string> note, bool pages, CancellationToken cancellation)
    {
        var checks = new List<BackupCheck>();
        await using var source = target.OpenSource(new SessionSettings { RunId = "verify", Role = "read", StatementLimit = TimeSpan.Zero, Extra = LogicalBackup.FixedText });
        await using var connection = await source.OpenAsync(cancellation);
        note("comparing rows");
        var tables = await RowDigests.ListAsync(connection, cancellation);
        var digests = await RowDigests.ReadAsync(source.OpenAsync2, tables, RowDigests.KeyOf(place.Key, manifest.Id), place.Settings.Jobs, null, cancellation);
        checks.Add(BackupTrial.CompareRows(manifest.Tables, digests));
        checks.Add(CompareSequences(manifest.Sequences, await DatabaseFacts.ReadSequencesAsync(connection, cancellation)));
        checks.Add(CompareObjects(manifest.Objects, await DatabaseFacts.CountObjectsAsync(connection, cancellation)));
        if (!pages) return checks;
        note("checking pages and indexes");
        checks.Add(await AmCheck.RunAsync(connection, everyRow: manifest.Method == BackupMethod.Physical, cancellation));
        return checks;
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
        return BackupTrial.Check("sequences", problems, $"{expected.Count} stand where they stood");
    }

    private static BackupCheck CompareObjects(IReadOnlyDictionary<string, long> expected, IReadOnlyDictionary<string, long> found)
    {
        var problems = expected.Keys.Union(found.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Where(k => expected.GetValueOrDefault(k) != found.GetValueOrDefault(k))
            .Select(k => $"{found.GetValueOrDefault(k)} {k} instead of {expected.GetValueOrDefault(k)}").ToList();
        return BackupTrial.Check("objects", problems, string.Join(", ", expected.Where(e => e.Value > 0).Select(e => $"{e.Value} {e.Key}")));
    }

    private static Task<NpgsqlConnection> OpenAsync2(this PostgresSource source, CancellationToken cancellation) => source.OpenAsync(cancellation).AsTask();
}
