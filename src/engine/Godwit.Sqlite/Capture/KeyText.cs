using System.Globalization;
using System.Text;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Capture;

/// <summary>A key as text, one for each key: as SQLite would write it.</summary>
internal static class KeyText
{
    /// <param name="statement">On a row.</param>
    /// <param name="columns">The key's columns in it.</param>
    public static string Of(SqliteStatement statement, IEnumerable<int> columns) => string.Join(", ", columns.Select(c => Value(statement, c)));

    private static string Value(SqliteStatement statement, int column) => statement.GetStorageClass(column) switch
    {
        StorageClass.Null => "NULL",
        StorageClass.Integer => statement.GetInteger(column).ToString(CultureInfo.InvariantCulture),
        StorageClass.Real => statement.GetReal(column).ToString("R", CultureInfo.InvariantCulture),
        StorageClass.Text => $"'{Encoding.UTF8.GetString(statement.GetBytes(column)).Replace("'", "''", StringComparison.Ordinal)}'",
        _ => $"x'{Convert.ToHexStringLower(statement.GetBytes(column))}'",
    };
}
