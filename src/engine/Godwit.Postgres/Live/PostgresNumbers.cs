using System.Globalization;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Model.Values;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>The numbers that identity columns give out. All tables are asked at once: writers wait meanwhile.</summary>
internal static class PostgresNumbers
{
    /// <remarks>A sequence's position is past whatever a session has cached of it: what goes on from there meets none of those numbers.</remarks>
    public static async Task<IReadOnlyDictionary<string, long>> ReadAsync(NpgsqlConnection connection, string schema, IEnumerable<TablePlan> tables, CancellationToken cancellation)
    {
        var numbered = tables.Where(t => Column(t) is not null).ToList();
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        if (numbered.Count == 0) return last;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var table in numbered)
        {
            var column = Column(table)!;
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                $"SELECT greatest(coalesce(pg_sequence_last_value({Sequence(schema, table, column)}), 0), (SELECT coalesce(max({TargetName.Quote(column.TargetName)}), 0) FROM {TargetName.Qualify(schema, table.TargetName)}))::bigint"));
        }
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        foreach (var table in numbered)
        {
            await reader.ReadAsync(cancellation);
            last.Add(table.TargetName, reader.GetInt64(0));
            await reader.NextResultAsync(cancellation);
        }
        return last;
    }

    /// <summary>Goes on after these, never back.</summary>
    public static async Task ContinueAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string schema, IEnumerable<TablePlan> tables, IReadOnlyDictionary<string, long> last, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var table in tables.Where(t => last.ContainsKey(t.TargetName)))
        {
            if (Column(table) is not { } column) continue;
            var most = column.Type.Name switch { TypeName.Smallint => short.MaxValue, TypeName.Integer => int.MaxValue, _ => long.MaxValue };
            var (sequence, number) = (Sequence(schema, table, column), Math.Min(last[table.TargetName], most));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                $"SELECT setval({sequence}, l) FROM (SELECT greatest({number.ToString(CultureInfo.InvariantCulture)}, coalesce(pg_sequence_last_value({sequence}), 0)) AS l) AS s WHERE l > 0"));
        }
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static ColumnPlan? Column(TablePlan table) => table.Columns.FirstOrDefault(c => c.Identity);

    /// <summary>The first argument is read as an identifier, the second is the name itself.</summary>
    private static string Sequence(string schema, TablePlan table, ColumnPlan column) =>
        $"pg_get_serial_sequence({TargetName.Literal(TargetName.Qualify(schema, table.TargetName))}, {TargetName.Literal(column.TargetName)})::regclass";
}
