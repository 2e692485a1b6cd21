using System.Text;
using Godwit.Engine.Backups;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>
/// Digests of whole tables, read as text over COPY: a row is a line, with its columns in the order of their names, and under the settings of Godwit's sessions the same
/// row is the same text in every database. Binary would not do: arrays and rows carry the oids of their types.
/// </summary>
internal static class RowDigests
{
    public const string LargeObjects = "large objects";

    private const int BlockLength = 128 * 1024;

    /// <summary>The tables that pg_dump dumps the rows of: no system's, no extension's. Partitioned tables have none of their own.</summary>
    private const string Tables = """
        SELECT c.oid::regclass::text,
            (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C") FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND (c.relpersistence = 'p' OR (c.relpersistence = 'u' AND NOT $1)) AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY pg_relation_size(c.oid) DESC
        """;

    /// <param name="connection">To the database.</param>
    /// <param name="logged">Leaves those out whose rows are in no log: a server that recovers empties them.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<IReadOnlyList<(string Name, string Columns)>> ListAsync(NpgsqlConnection connection, bool logged, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Tables, connection) { Parameters = { new() { Value = logged } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var tables = new List<(string, string)>();
        while (await reader.ReadAsync(cancellation)) tables.Add((reader.GetString(0), reader.IsDBNull(1) ? "" : reader.GetString(1)));
        return tables;
    }

    /// <param name="open">A session on the database, in the transaction whose snapshot is read.</param>
    /// <param name="tables">As <see cref="ListAsync"/> gives them.</param>
    /// <param name="key">Of the hashes.</param>
    /// <param name="sessions">How many read at once.</param>
    /// <param name="done">Told of each table.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<IReadOnlyList<BackupTable>> ReadAsync(
        Func<CancellationToken, Task<NpgsqlConnection>> open, IReadOnlyList<(string Name, string Columns)> tables, UInt128 key, int sessions, Action<BackupTable>? done, CancellationToken cancellation)
    {
        var digests = new BackupTable?[tables.Count + 1];
        var next = -1;
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(Enumerable.Range(0, Math.Max(1, Math.Min(sessions, tables.Count + 1))).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
        return [.. digests.OfType<BackupTable>().OrderBy(t => t.Name, StringComparer.Ordinal)];

        async Task WorkAsync()
        {
            try
            {
                await using var connection = await open(failed.Token);
                while (Interlocked.Increment(ref next) is var i && i <= tables.Count)
                {
                    var (name, sql) = i < tables.Count
                        ? (tables[i].Name, $"COPY (SELECT {tables[i].Columns} FROM ONLY {tables[i].Name}) TO STDOUT")
                        : (LargeObjects, "COPY (SELECT m.oid, encode(sha256(lo_get(m.oid)), 'hex') FROM pg_largeobject_metadata m) TO STDOUT");
                    var digest = await DigestAsync(connection, sql, key, failed.Token);
                    if (i == tables.Count && digest.Count == 0) continue;
                    var table = new BackupTable(name, digest.Count, Hex(digest.Sum), Hex(digest.Xor));
                    digests[i] = table;
                    done?.Invoke(table);
                }
            }
            catch
            {
                await failed.CancelAsync();
                throw;
            }
        }
    }

    private static string Hex(UInt128 number) => number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<RangeDigest> DigestAsync(NpgsqlConnection connection, string copy, UInt128 key, CancellationToken cancellation)
    {
        using var text = await connection.BeginTextExportAsync(copy, cancellation);
        // The lines as they come over the wire: whatever the encoding, nothing is gained by decoding them.
        var lines = ((StreamReader)text).BaseStream;
        var digest = default(RangeDigest);
        var begun = new SipHash(key);
        var inRow = false;
        var block = new byte[BlockLength];
        while (await lines.ReadAsync(block, cancellation) is > 0 and var count)
        {
            var rest = block.AsSpan(0, count);
            while (rest.IndexOf((byte)'\n') is >= 0 and var end)
            {
                if (inRow)
                {
                    begun.Append(rest[..end]);
                    digest.Add(begun.Finish());
                    inRow = false;
                }
                else
                {
                    digest.Add(SipHash.Hash(key, rest[..end]));
                }
                rest = rest[(end + 1)..];
            }
            if (rest.Length == 0) continue;
            if (!inRow) begun.Start();
            begun.Append(rest);
            inRow = true;
        }
        return digest;
    }

    /// <summary>The key of a backup's hashes: derived, so that the manifest need not hold it.</summary>
    public static UInt128 KeyOf(Godwit.Security.Encryption.EncryptionKey key, Guid backup) => SipHash.Key(key.Derive("godwit rows", Encoding.ASCII.GetBytes(backup.ToString("D")), 16));
}
