using Godwit.Engine.Anonymise;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups;
using Npgsql;

namespace Godwit.Postgres.Anonymise;

/// <summary>What of the settings does not fit the database, and which columns look personal that they do not name.</summary>
internal static class PersonalColumns
{
    private const int Looked = 200;

    private static readonly HashSet<string> s_looked = new(StringComparer.Ordinal) { "text", "varchar", "bpchar", "citext", "json", "jsonb", "inet" };

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
                else if (kind == MaskKinds.Null && there.IsRequired) yield return Wrong($"{name}.{column} must not be NULL");
            }
        }
        foreach (var key in keys)
        {
            foreach (var (from, to) in key.Columns.Zip(key.Referred).Where(c => KindOf(settings, key.From, c.First) != KindOf(settings, key.To, c.Second)))
                yield return Wrong($"{key.From}.{from} refers to {key.To}.{to}, and they are not masked alike", "Mask both in the same way, or neither.");
        }
    }

    /// <summary>By names and by some of the values.</summary>
    public static async Task<IReadOnlyList<Finding>> UnlistedAsync(NpgsqlConnection connection, IReadOnlyList<CopiedTable> tables, AnonymiseSettings settings, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        foreach (var table in tables)
        {
            foreach (var column in table.Columns.Where(c => !c.IsGenerated && KindOf(settings, table.Key, c.Name) is null && !settings.Ignore.Contains($"{table.Key}.{c.Name}")))
            {
                var why = PersonalSigns.OfName(column.Name, column.Type) ?? (s_looked.Contains(column.Type) ? PersonalSigns.OfValues(await SomeAsync(connection, table, column, cancellation)) : null);
                if (why is null) continue;
                findings.Add(Finding.Error(
                    FindingCodes.PersonalUnlisted, $"{table.Key}.{column.Name} looks personal ({why}), and is not listed", null,
                    $"List it under `anonymise: tables: {table.Key}: columns:`, or under `ignore:` as {table.Key}.{column.Name}."));
            }
        }
        return findings;
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
