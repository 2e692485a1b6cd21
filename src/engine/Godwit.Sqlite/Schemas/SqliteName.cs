namespace Godwit.Sqlite.Schemas;

/// <summary>Names in statements that SQLite runs.</summary>
internal static class SqliteName
{
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    /// <summary>A column of a table. Without the table's name, a name in double quotes that is no column would be a string.</summary>
    public static string Qualify(string table, string column) => $"{Quote(table)}.{Quote(column)}";
}
