using Godwit.Engine.Anonymise;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups;
using Npgsql;

namespace Godwit.Postgres.Anonymise;

/// <summary>What of the settings does not fit the database, and which columns look personal that they do not name.</summary>
internal static class PersonalColumns
{
    private const int Looked = 200;

    public static IEnumerable<Finding> Misfits(IReadOnlyList<CopiedTable> tables, IReadOnlyList<CopiedKey> keys, AnonymiseSettings settings)
    {
        var byName = tables.ToDictionary(t => t.Key, StringComparer.Ordinal);
        foreach (var (name, named) in settings.Tables)
        {
            if (!byName.TryGetValue(name, out var table))
            {
                yield return Wrong($"there is no table {name}");
                continue;
            }
            if (named.Date is { } date && table.Columns.FirstOrDefault(c => c.Name == date) is not { Type: "date" or "timestamp" or "timestamptz" }) yield return Wrong($"{name} has no column {date} that is a date or a time");
            foreach (var (column, kind) in named.Columns)
            {
                if (table.Columns.FirstOrDefault(c => c.Name == column) is not { } there) yield return Wrong($"{name} has no column {column}");
                else if (there.IsGenerated) yield return Wrong($"{name}.{column} is generated from other columns", "Mask those.");
                else if (!MaskKinds.Fits(kind, there.Type)) yield return Wrong($"{name}.{column} is of type {there.Cast}, which \"{kind}\" does not mask", $"What does: {string.Join(", ", MaskKinds.Of(there.Type))}.");
                else if (there.IsRequired && !MaskKinds.FitsRequired(kind, there.Type)) yield return Wrong($"{name}.{column} must not be NULL");
            }
        }
        foreach (var key in keys)
        {
            foreach (var (from, to) in key.Columns.Zip(key.Referred).Where(c => KindOf(settings, key.From, c.First) != KindOf(settings, key.To, c.Second)))
                yield return Wrong($"{key.From}.{from} refers to {key.To}.{to}, and they are not masked alike", "Mask both in the same way, or neither.");
        }
    }

    /// <summary>By names and by some of the values.</summary>
    public static async Task<IReadOnlyList<Finding>> UnlistedAsync(
        NpgsqlConnection connection, IReadOnlyList<CopiedTable> tables, IReadOnlyList<CopiedKey> keys, AnonymiseSettings settings, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        var referring = keys.SelectMany(k => k.Columns.Select(c => (k.From, c))).ToHashSet();
        foreach (var table in tables)
        {
            foreach (var column in table.Columns.Where(c => !c.IsGenerated && KindOf(settings, table.Key, c.Name) is null && !settings.Ignore.Contains($"{table.Key}.{c.Name}")))
            {
                var why = OfName(column, referring.Contains((table.Key, column.Name))) ?? OfWords(table, column, settings)
                    ?? (PersonalSigns.HasTexts(column.Type) ? PersonalSigns.OfValues(await SomeAsync(connection, table, column, cancellation)) : null);
                if (why is null) continue;
                findings.Add(Finding.Error(
                    FindingCodes.PersonalUnlisted, $"{table.Key}.{column.Name} looks personal ({why}), and is not listed", null,
                    $"List it under `anonymise: tables: {table.Key}: columns:`, or under `ignore:` as {table.Key}.{column.Name}."));
            }
        }
        if (!settings.KeepsLargeObjects && await CountLargeObjectsAsync(connection, cancellation) is > 0 and var objects)
        {
            findings.Add(Finding.Error(
                FindingCodes.PersonalUnlisted, $"{objects} large objects may hold anything, and cannot be masked", null,
                $"`--accept-unlisted` leaves them behind; list `{AnonymiseSettings.LargeObjects}` under `ignore:`, and they go along as they are."));
        }
        return findings;
    }

    private static string? OfName(CopiedColumn column, bool refers) =>
        PersonalSigns.OfName(column.Name, column.Type, refers)
        ?? column.Parts.Select(p => PersonalSigns.OfName(p.Name, p.Type) is { } why ? $"of its field {p.Name}, {why}" : null).FirstOrDefault(w => w is not null);

    /// <summary>What a trigger keeps of other columns does not follow them while triggers rest.</summary>
    private static string? OfWords(CopiedTable table, CopiedColumn column, AnonymiseSettings settings) =>
        column.Type == MaskKinds.SearchVector && settings.Tables.TryGetValue(table.Key, out var named) && named.Columns.Count > 0 ? "it may hold the words of columns that are masked" : null;

    private static async Task<long> CountLargeObjectsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_largeobject_metadata", connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<IReadOnlyList<string>> SomeAsync(NpgsqlConnection connection, CopiedTable table, CopiedColumn column, CancellationToken cancellation)
    {
        var name = LogicalRestore.Quote(column.Name);
        await using var command = new NpgsqlCommand($"SELECT left({name}::text, 1000) FROM {table.Sql} WHERE {name} IS NOT NULL LIMIT {Looked}", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var values = new List<string>();
        while (await reader.ReadAsync(cancellation)) values.Add(reader.GetString(0));
        return values;
    }

    private static string? KindOf(AnonymiseSettings settings, string table, string column) => settings.Tables.TryGetValue(table, out var named) ? named.Columns.GetValueOrDefault(column) : null;

    private static Finding Wrong(string message, string? remedy = null) => Finding.Error(FindingCodes.AnonymiseSettings, message, null, remedy ?? "Correct it under `anonymise:`.");
}
