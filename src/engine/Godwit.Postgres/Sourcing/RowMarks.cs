using System.Globalization;
using Godwit.Model.Names;
using Npgsql;

namespace Godwit.Postgres.Sourcing;

/// <summary>
/// What tells whether two snapshots show the same rows of a table, the later one being newer. Each row shows the transaction that wrote it (xmin), and an update
/// writes another row. Rows written by a transaction that was over before the older snapshot's oldest one are the same in both, or gone; so equal numbers
/// of rows, and the same writers of those that are younger, mean the same rows.
/// </summary>
/// <remarks>
/// Compared are writers and not visibility in the snapshot's text, in which transactions within transactions (savepoints) do not stand. A row's xmin has 32
/// bits: a frozen row of four thousand million transactions ago may look young, which is a false alarm and no false silence.
/// </remarks>
internal static class RowMarks
{
    /// <returns>The number of rows and the mark.</returns>
    public static (long Rows, string Mark) Read(NpgsqlConnection connection, string schema, string table, long oldest)
    {
        // Of the transactions' whole 64 bits a row has the lower half; the upper follows from where the server is now.
        var sql = $"""
            WITH now AS MATERIALIZED (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next)
            SELECT count(*), count(*) FILTER (WHERE young), coalesce(sum(hashint8extended(writer, 0)::numeric) FILTER (WHERE young), 0)::text
            FROM (SELECT writer, writer >= {oldest.ToString(CultureInfo.InvariantCulture)} AND x > 2 AS young
                  FROM (SELECT x, (n.next & ~4294967295) + x - CASE WHEN x > (n.next & 4294967295) THEN 4294967296 ELSE 0 END AS writer
                        FROM (SELECT xmin::text::bigint AS x FROM ONLY {TargetName.Qualify(schema, table)}) r, now n) w) y
            """;
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        using var reader = command.ExecuteReader();
        reader.Read();
        var rows = reader.GetInt64(0);
        return (rows, string.Create(CultureInfo.InvariantCulture, $"{rows} {reader.GetInt64(1)} {reader.GetString(2)}"));
    }
}
