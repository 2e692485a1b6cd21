using Godwit.Model.Values;
using Godwit.Sqlite.Native;

namespace Godwit.Bench.Scans;

/// <summary>Reads every value of every table once, in one thread, through the binding that the move uses: the least that verification must pay for the source.</summary>
internal static class SequentialScan
{
    public static (long Rows, long Bytes) Run(string path)
    {
        using var connection = SqliteConnection.OpenForReading(path);
        var (rows, bytes, sum) = (0L, 0L, 0L);
        foreach (var table in Tables(connection))
        {
            using var statement = connection.Prepare($"SELECT * FROM \"{table}\"");
            var columns = statement.ColumnCount;
            while (statement.Step())
            {
                rows++;
                for (var i = 0; i < columns; i++)
                {
                    switch (statement.GetStorageClass(i))
                    {
                        case StorageClass.Integer: sum += statement.GetInteger(i); break;
                        case StorageClass.Real: sum += (long)statement.GetReal(i); break;
                        case StorageClass.Text or StorageClass.Blob: bytes += statement.GetBytes(i).Length; break;
                        default: sum++; break;
                    }
                }
            }
        }

        // The sum is used, so that no reading can be left out.
        return (rows, sum == long.MinValue ? 0 : bytes);
    }

    public static IReadOnlyList<string> Tables(SqliteConnection connection)
    {
        var names = new List<string>();
        using var statement = connection.Prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rootpage");
        while (statement.Step()) names.Add(statement.GetText(0));
        return names;
    }
}
