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
        // Where another locale had to do, it was noted.
        var locale = manifest.Method == BackupMethod.Physical || (scratch.Notes.Count == 0 && manifest.Origin.Name is not ("postgres" or "template1"));
        return await CompareAsync(target, manifest, place, note, pages: true, locale, cancellation);
    }

    /// <summary>What a restored database has and has to have.</summary>
    /// <param name="target">The database.</param>
    /// <param name="manifest">What it has to be.</param>
    /// <param name="place">The key of the hashes.</param>
    /// <param name="note">Told what is being done.</param>
    /// <param name="pages">Whether amcheck looks too, for which an extension is made: in a scratch server only.</param>
    /// <param name="locale">Whether its texts have to be ordered as they were.</param>
    /// <param name="cancellation">Stops.</param>
    internal static async Task<IReadOnlyList<BackupCheck>> CompareAsync(
        PostgresTarget target, BackupManifest manifest, BackupPlace place, Action<string> note, bool pages, bool locale, CancellationToken cancellation)
    {
        var checks = new List<BackupCheck>();
        await using var source = target.OpenSource(new SessionSettings { RunId = "verify", Role = "read", StatementLimit = TimeSpan.Zero, Extra = LogicalBackup.FixedText });
        await using var connection = await source.OpenAsync(cancellation);
        note("comparing rows");
        var tables = await TablesAsync(connection, manifest, cancellation);
        var digests = await RowDigests.ReadAsync(source.OpenAsync2, tables, RowDigests.KeyOf(place.Key, manifest.Id), place.Settings.Jobs, null, cancellation);
        checks.Add(BackupTrial.CompareRows(manifest.Tables, digests));
        checks.Add(CompareSequences(manifest.Sequences, await DatabaseFacts.ReadSequencesAsync(connection, logged: false, cancellation)));
        checks.Add(BackupTrial.Check(
            "objects", DatabaseFacts.CompareObjects(manifest.Objects, await DatabaseFacts.CountObjectsAsync(connection, cancellation)), string.Join(", ", manifest.Objects.Where(e => e.Value > 0).Select(e => $"{e.Value} {e.Key}"))));
        if (locale && manifest.Locale is { } expected) checks.Add(CompareLocales(expected, await DatabaseFacts.ReadLocaleAsync(connection, cancellation), target.Server.Version / 10_000 == manifest.Origin.Version / 10_000));
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

    /// <summary>Of a server that recovered, what its log has; and what the manifest names all the same, as some did that named unlogged tables.</summary>
    private static async Task<IReadOnlyList<(string Name, string Columns)>> TablesAsync(NpgsqlConnection connection, BackupManifest manifest, CancellationToken cancellation)
    {
        var all = await RowDigests.ListAsync(connection, logged: false, cancellation);
        if (manifest.Method != BackupMethod.Physical) return all;
        var expected = (await RowDigests.ListAsync(connection, logged: true, cancellation)).Select(t => t.Name).Concat(manifest.Tables.Select(t => t.Name)).ToHashSet(StringComparer.Ordinal);
        return [.. all.Where(t => expected.Contains(t.Name))];
    }

    /// <summary>From one version to the next a locale's name may be written otherwise; who provides it stays.</summary>
    private static BackupCheck CompareLocales(BackupLocale expected, BackupLocale found, bool sameVersion)
    {
        var same = sameVersion ? expected == found : expected == found with { Name = expected.Name };
        return new BackupCheck("locale", same, same ? Write(found) : $"{Write(found)} instead of {Write(expected)}");

        static string Write(BackupLocale locale) => string.Join(' ', ((string?[])[locale.Encoding, locale.Provider, locale.Name ?? locale.Collate, locale.Rules is null ? null : "with rules"]).OfType<string>());
    }

    private static Task<NpgsqlConnection> OpenAsync2(this PostgresSource source, CancellationToken cancellation) => source.OpenAsync(cancellation).AsTask();
}
