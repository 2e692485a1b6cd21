using System.Security.Cryptography;
using System.Text;
using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Schemas;

/// <summary>Reads what a database says about its own schema: sqlite_schema and the PRAGMAs that describe each object. Decides nothing.</summary>
public static class SchemaReader
{
    /// <exception cref="SqliteException">The database cannot be read.</exception>
    public static SourceSchema Read(SqliteConnection connection)
    {
        var entries = SchemaEntry.ReadAll(connection);
        var kinds = ReadKinds(connection);
        var virtualTables = entries.Where(IsVirtual)
            .Select(e => new SourceVirtualTable(e.Name, ReadModule(e.Sql!), e.Sql!)).ToList();
        var isSpatialite = SpatialiteNames.Detect(entries);
        var internals = entries.Where(e => e.Type == "table" && !IsVirtual(e))
            .Select(e => InternalTables.Classify(e.Name, kinds, virtualTables, isSpatialite))
            .OfType<SourceInternalTable>().ToList();
        var internalNames = internals.Select(t => t.Name).ToHashSet(SqliteNames.Comparer);
        var sequences = ReadSequences(connection, entries);
        var indexStatements = entries.Where(e => e.Type == "index").ToDictionary(e => e.Name, e => e.Sql, SqliteNames.Comparer);
        return new SourceSchema
        {
            Tables = [.. entries.Where(e => e.Type == "table" && !IsVirtual(e) && !internalNames.Contains(e.Name))
                .Select(e => TableReader.Read(connection, e, indexStatements, kinds[e.Name], sequences.GetValueOrDefault(e.Name)))],
            Views = [.. entries.Where(e => e.Type == "view").Select(e => ReadView(connection, e))],
            Triggers = [.. entries.Where(e => e.Type == "trigger" && !CaptureNames.IsOwn(e.Name)).Select(e => new SourceTrigger(e.Name, e.Table, e.Sql ?? ""))],
            VirtualTables = virtualTables,
            InternalTables = internals,
            IsSpatialite = isSpatialite,
            Encoding = connection.QueryText("PRAGMA main.encoding") ?? "UTF-8",
            Hash = Hash([.. entries.Where(e => !CaptureNames.IsOwn(e.Name))]),
        };
    }

    // The root page of a virtual table is 0; its statement is the only one stored with this prefix, always in these letters.
    private static bool IsVirtual(SchemaEntry entry) =>
        entry.Type == "table" && entry.Sql?.StartsWith("CREATE VIRTUAL TABLE ", StringComparison.OrdinalIgnoreCase) == true;

    private static string ReadModule(string sql) =>
        SqlParser.ParseSchemaStatement(sql) is ParseResult.Success { Statement: CreateVirtualTable table } ? table.Module.Text : "";

    private static Dictionary<string, TableKind> ReadKinds(SqliteConnection connection)
    {
        var kinds = new Dictionary<string, TableKind>(SqliteNames.Comparer);
        using var statement = connection.Prepare("PRAGMA main.table_list");
        while (statement.Step())
        {
            if (statement.GetText(0) != "main") continue;
            kinds[statement.GetText(1)] = new TableKind(
                IsShadow: statement.GetText(2) == "shadow", WithoutRowId: statement.GetInteger(4) != 0, Strict: statement.GetInteger(5) != 0);
        }
        return kinds;
    }

    private static Dictionary<string, long?> ReadSequences(SqliteConnection connection, List<SchemaEntry> entries)
    {
        var sequences = new Dictionary<string, long?>(SqliteNames.Comparer);
        if (!entries.Exists(e => e.Name == "sqlite_sequence")) return sequences;
        // The table is the application's to edit: an entry may be doubled, or hold anything.
        using var statement = connection.Prepare(
            "SELECT name, max(seq) FROM main.sqlite_sequence WHERE typeof(name) = 'text' AND typeof(seq) = 'integer' GROUP BY name");
        while (statement.Step()) sequences[statement.GetText(0)] = statement.GetInteger(1);
        return sequences;
    }

    private static SourceView ReadView(SqliteConnection connection, SchemaEntry entry)
    {
        try
        {
            using var statement = connection.Prepare($"SELECT * FROM main.{SqliteName.Quote(entry.Name)}");
            return new SourceView(
                entry.Name, entry.Sql ?? "", [.. Enumerable.Range(0, statement.ColumnCount).Select(statement.ColumnName)], Fault: null);
        }
        catch (SqliteException e) when (!e.IsTransient)
        {
            // SQLite keeps a view whose tables are gone or whose functions the application brings along.
            return new SourceView(entry.Name, entry.Sql ?? "", Columns: null, e.Message);
        }
    }

    private static string Hash(List<SchemaEntry> entries)
    {
        var text = new StringBuilder();
        foreach (var e in entries.OrderBy(e => e.Type, StringComparer.Ordinal).ThenBy(e => e.Name, StringComparer.Ordinal))
            text.Append(e.Type).Append('\0').Append(e.Name).Append('\0').Append(e.Table).Append('\0').Append(e.Sql).Append('\0');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

internal sealed record TableKind(bool IsShadow, bool WithoutRowId, bool Strict);
