using System.Globalization;
using Godwit.Engine.Anonymise;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Anonymise;

/// <param name="Tables">What was masked: rows by table.</param>
/// <param name="Rows">Rows of all tables, before and after.</param>
/// <param name="Findings">Warnings and notes, and with <see cref="Done"/> false what stood against it.</param>
public sealed record AnonymiseOutcome(bool Done, IReadOnlyDictionary<string, long> Tables, (long Before, long After) Rows, IReadOnlyList<Finding> Findings);

/// <summary>Anonymises a scratch copy in place. The database that it is a copy of is not asked.</summary>
public static class AnonymousCopy
{
    /// <param name="copy">The copy.</param>
    /// <param name="settings">What is masked.</param>
    /// <param name="key">Of the masks, at least 16 bytes.</param>
    /// <param name="days">Keeps the rows of the last so many days; null keeps all.</param>
    /// <param name="acceptUnlisted">Goes on where columns look personal that nobody listed.</param>
    /// <param name="note">Told what is being done.</param>
    /// <param name="cancellation">Stops, and the copy is of no use.</param>
    public static async Task<AnonymiseOutcome> MakeAsync(IScratchCopy copy, AnonymiseSettings settings, byte[] key, int? days, bool acceptUnlisted, Action<string> note, CancellationToken cancellation)
    {
        await using var source = (await ReachAsync(copy, cancellation)).OpenSource(new SessionSettings { RunId = "anonymise", Role = "mask", StatementLimit = TimeSpan.Zero });
        await using var reading = await source.OpenAsync(cancellation);
        await using var writing = await source.OpenAsync(cancellation);
        var (tables, keys) = (await CopiedTable.ReadAsync(reading, cancellation), await CopiedKey.ReadAsync(reading, cancellation));
        var findings = PersonalColumns.Misfits(tables, keys, settings).ToList();
        if (findings.Count > 0) return Not(findings);
        var unlisted = await PersonalColumns.UnlistedAsync(reading, tables, keys, settings, cancellation);
        findings.AddRange(unlisted.Select(f => acceptUnlisted ? f with { Severity = Severity.Warning } : f));
        if (unlisted.Count > 0 && !acceptUnlisted) return Not(findings);
        try
        {
            var kept = days is { } number ? await new RecentRows(writing, tables, keys, settings).KeepAsync(number, copy.Manifest.SnapshotAt, cancellation) : null;
            if (kept is not null && VolumeOf(kept, days!.Value) is { } little) findings.Add(little);
            var masked = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach (var table in tables.Where(t => settings.Tables.TryGetValue(t.Key, out var named) && named.Columns.Count > 0))
            {
                note($"masking {table.Key}");
                var done = await new ColumnMasking(reading, writing, new MaskKinds(key)).MaskAsync(table, settings.Tables[table.Key].Columns, cancellation);
                masked[table.Key] = done.Rows;
                findings.AddRange(done.Unchanged.Select(u => Finding.Warning(
                    FindingCodes.AnonymiseFailed, $"{u.Value} values of {table.Key}.{u.Key} came out as they were: they hold no letter or digit that is replaced, or the only one of their form", null, "Where they are personal all the same, mask the column with `null`.")));
            }
            findings.AddRange(await OrphansAsync(reading, tables, keys, cancellation));
            await LogicalRestore.ExecuteAsync(writing, "ANALYZE", cancellation);
            var wrong = findings.Exists(f => f.Severity == Severity.Error);
            return new AnonymiseOutcome(!wrong, masked, kept is null ? (0, 0) : (kept.Before, kept.After), findings);
        }
        catch (PostgresException refused)
        {
            var where = refused.ConstraintName is { } constraint ? $" (constraint {constraint} of {refused.SchemaName}.{refused.TableName})" : refused.TableName is { } table ? $" (table {refused.SchemaName}.{table})" : "";
            return Not([.. findings, Finding.Error(FindingCodes.AnonymiseFailed, $"the masked values were refused: SQLSTATE {refused.SqlState}{where}", null, "Mask the column in another way, or with `null`.")]);
        }

        static AnonymiseOutcome Not(IReadOnlyList<Finding> findings) => new(false, new Dictionary<string, long>(), (0, 0), findings);
    }

    /// <summary>As the superuser of the copy's server, who may have triggers and foreign keys rest.</summary>
    internal static Task<PostgresTarget> ReachAsync(IScratchCopy copy, CancellationToken cancellation) =>
        copy is IAdministeredCopy administered ? administered.ReachAsync(cancellation) : throw new ArgumentException("a copy of another kind", nameof(copy));

    private static Finding? VolumeOf(KeptRows kept, int days) => kept.After >= kept.Before * RecentRows.Share
        ? null
        : Finding.Warning(
            FindingCodes.AnonymiseVolume, $"{kept.After} of {kept.Before} rows ({(kept.Before == 0 ? 0 : 100.0 * kept.After / kept.Before):0} %) are of the last {days} days or belong to them, fewer than {RecentRows.Share * 100:0} %",
            null, kept.EnoughDays is { } enough ? $"--days {enough} would keep about {RecentRows.Share * 100:0} % of the dated rows; without --days all stay." : "Without --days all stay.");

    private static async Task<IReadOnlyList<Finding>> OrphansAsync(NpgsqlConnection connection, IReadOnlyList<CopiedTable> tables, IReadOnlyList<CopiedKey> keys, CancellationToken cancellation)
    {
        var byName = tables.ToDictionary(t => t.Key, StringComparer.Ordinal);
        var findings = new List<Finding>();
        // What was not checked there is not checked here.
        foreach (var key in keys.Where(k => k.IsValid))
        {
            if (await key.CountOrphansAsync(connection, byName, cancellation) is > 0 and var orphans)
                findings.Add(Finding.Error(FindingCodes.AnonymiseFailed, $"{orphans} rows of {key.From} refer to rows of {key.To} that are not there ({key.Name})"));
        }
        return findings;
    }
}
