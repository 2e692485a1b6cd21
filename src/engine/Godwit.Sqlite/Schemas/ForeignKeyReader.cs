using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Schemas;

internal static class ForeignKeyReader
{
    /// <summary>A table's foreign keys in the order of its statement: SQLite numbers them from the last one.</summary>
    public static List<SourceForeignKey> Read(SqliteConnection connection, string table, List<SourceColumn> columns)
    {
        var keys = new SortedDictionary<int, List<Part>>();
        using var statement = connection.Prepare($"PRAGMA main.foreign_key_list({SqliteName.Quote(table)})");
        while (statement.Step())
        {
            var id = (int)statement.GetInteger(0);
            if (!keys.TryGetValue(id, out var parts)) keys[id] = parts = [];
            parts.Add(new Part(
                (int)statement.GetInteger(1), statement.GetText(2), statement.GetText(3), statement.IsNull(4) ? null : statement.GetText(4),
                OnUpdate: statement.GetText(5), OnDelete: statement.GetText(6)));
        }
        return [.. keys.Reverse().Select(k => ToKey(k.Key, [.. k.Value.OrderBy(p => p.Position)], columns))];
    }

    private static SourceForeignKey ToKey(int id, List<Part> parts, List<SourceColumn> columns) => new(
        id,
        [.. parts.Select(p => columns.FindIndex(c => SqliteNames.Same(c.Name, p.From)))],
        parts[0].Parent,
        parts[0].To is null ? null : [.. parts.Select(p => p.To!)],
        parts[0].OnDelete, parts[0].OnUpdate);

    private sealed record Part(int Position, string Parent, string From, string? To, string OnUpdate, string OnDelete);
}
