using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Godwit.Engine.Backups;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Godwit.Model.Values;
using Godwit.Security.Encryption;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Backups;

/// <summary>Counts and keyed hashes of every table of a SQLite database: each value with its storage class, its bytes as they are stored.</summary>
internal static class SqliteRows
{
    public static IReadOnlyList<BackupTable> Read(SqliteConnection connection, EncryptionKey key, Guid backup, CancellationToken cancellation)
    {
        var hashKey = SipHash.Key(key.Derive("godwit rows", Encoding.ASCII.GetBytes(backup.ToString("D")), 16));
        var tables = new List<BackupTable>();
        foreach (var name in Names(connection))
        {
            var digest = default(RangeDigest);
            using var rows = connection.Prepare($"SELECT * FROM {Quote(name)}");
            var hash = new SipHash(hashKey);
            while (rows.Step())
            {
                cancellation.ThrowIfCancellationRequested();
                hash.Start();
                for (var column = 0; column < rows.ColumnCount; column++) Append(ref hash, rows, column);
                digest.Add(hash.Finish());
            }
            tables.Add(new BackupTable(Quote(name), digest.Count, Hex(digest.Sum), Hex(digest.Xor)));
        }
        return tables;
    }

    public static IReadOnlyDictionary<string, long> CountObjects(SqliteConnection connection)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var rows = connection.Prepare("SELECT type, count(*) FROM sqlite_master GROUP BY type");
        while (rows.Step()) counts[rows.GetText(0)] = rows.GetInteger(1);
        return counts;
    }

    private static void Append(ref SipHash hash, SqliteStatement row, int column)
    {
        Span<byte> head = stackalloc byte[9];
        var storage = row.GetStorageClass(column);
        head[0] = (byte)storage;
        switch (storage)
        {
            case StorageClass.Null:
                hash.Append(head[..1]);
                break;
            case StorageClass.Integer:
                BinaryPrimitives.WriteInt64LittleEndian(head[1..], row.GetInteger(column));
                hash.Append(head);
                break;
            case StorageClass.Real:
                BinaryPrimitives.WriteDoubleLittleEndian(head[1..], row.GetReal(column));
                hash.Append(head);
                break;
            default:
                var bytes = row.GetBytes(column);
                BinaryPrimitives.WriteInt64LittleEndian(head[1..], bytes.Length);
                hash.Append(head);
                hash.Append(bytes);
                break;
        }
    }

    /// <summary>Ordinary tables, those behind virtual ones among them; a virtual table's rows are not its own.</summary>
    private static List<string> Names(SqliteConnection connection)
    {
        var names = new List<string>();
        using var rows = connection.Prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name");
        while (rows.Step()) names.Add(rows.GetText(0));
        return names;
    }

    private static string Quote(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private static string Hex(UInt128 number) => number.ToString("x32", CultureInfo.InvariantCulture);
}
