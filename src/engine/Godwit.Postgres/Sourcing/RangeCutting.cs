using Godwit.Model.Moves;
using Godwit.Model.Names;
using Npgsql;

namespace Godwit.Postgres.Sourcing;

/// <summary>Cuts a table into ranges of its key where that is one integer; any other table is one range.</summary>
internal static class RangeCutting
{
    private static readonly RowIdRange[] s_whole = [new(null, null)];

    public static IReadOnlyList<RowIdRange> Cut(NpgsqlConnection connection, string schema, TablePlan table, long rows, long rowsPerRange)
    {
        if (table.Partitioned) return [];
        if (table.RowIdColumn is not { } place || rows <= rowsPerRange) return s_whole;
        var key = TargetName.Quote(table.Columns[place].SourceName);
        using var command = new NpgsqlCommand(
            $"SELECT k::bigint FROM (SELECT {key} AS k, row_number() OVER (ORDER BY {key}) AS n FROM ONLY {TargetName.Qualify(schema, table.SourceName)}) r WHERE n % $1 = 0 AND n < $2 ORDER BY 1", connection)
        { CommandTimeout = 0, Parameters = { new() { Value = rowsPerRange }, new() { Value = rows } } };
        var bounds = new List<long>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read()) bounds.Add(reader.GetInt64(0));
        }
        return [.. bounds.Select((bound, i) => new RowIdRange(i == 0 ? null : bounds[i - 1], bound)), new RowIdRange(bounds.Count == 0 ? null : bounds[^1], null)];
    }
}
