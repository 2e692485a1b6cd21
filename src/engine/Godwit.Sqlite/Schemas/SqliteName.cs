namespace Godwit.Sqlite.Schemas;

/// <summary>Names in statements that SQLite runs.</summary>
internal static class SqliteName
{
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"")}\"";
}
