using Godwit.Engine.Live;
using Godwit.Model.Moves;
using Godwit.Postgres.Sourcing.Planning;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>The tables and sequences of a plan, as the source of a live move calls them.</summary>
/// <param name="Tables">With what is recorded of each.</param>
/// <param name="Sequences">Qualified, by the new side's names.</param>
internal sealed record SourceTables(IReadOnlyDictionary<LiveTable, CapturedRelation> Tables, IReadOnlyDictionary<string, string> Sequences)
{
    private const string Owned = """
        SELECT c.relname::text, t.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
        LEFT JOIN pg_class t ON t.oid = d.refobjid WHERE n.nspname = $1 AND c.relkind = 'S'
        """;

    /// <summary>Tells what is made for the old side from what is made for the new, where both are in one database.</summary>
    private const string Side = "old_";

    public static async Task<SourceTables> ReadAsync(NpgsqlConnection connection, string schema, MovePlan plan, Guid move, CancellationToken cancellation)
    {
        var comparisons = await KeyComparison.ReadAsync(connection, schema, cancellation);
        var partitions = (plan.Postgres?.Objects ?? []).Where(o => o.Kind == "partition").Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var tables = new Dictionary<LiveTable, CapturedRelation>();
        foreach (var (table, number) in plan.Tables.Select((t, i) => (t, i + 1)))
        {
            var parts = table.KeyColumns.Select(c => comparisons.GetValueOrDefault((table.SourceName, table.Columns[c].SourceName))).ToList();
            var keyed = !table.Partitioned && parts.Count > 0 && !parts.Contains(null) && table.KeyColumns.All(c => table.Columns[c].NotNull);
            var live = new LiveTable(table, keyed ? table.KeyColumns : [])
            {
                IsPartition = partitions.Contains(table.TargetName),
                KeyOperators = keyed && parts.Exists(p => p!.Operator is not null) ? [.. parts.Select(p => p!.Operator ?? "=")] : null,
                KeyFitsArrays = !keyed || parts.TrueForAll(p => p!.FitsArrays),
            };
            tables.Add(live, new CapturedRelation(number, schema, table.SourceName, [.. live.Key.Select(k => table.Columns[k].SourceName)], live.IsPartition)
            {
                Move = move, Side = Side, KeyIsExact = !keyed || parts.TrueForAll(p => p!.IsExact), KeyFitsArrays = live.KeyFitsArrays,
            });
        }
        return new SourceTables(tables, await SequencesAsync(connection, schema, plan, cancellation));
    }

    private static async Task<IReadOnlyDictionary<string, string>> SequencesAsync(NpgsqlConnection connection, string schema, MovePlan plan, CancellationToken cancellation)
    {
        var moved = (plan.Postgres?.Sequences ?? []).Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var names = new Renaming(plan.Schema, plan.Tables.Where(t => t.SourceName != t.TargetName).ToDictionary(t => t.SourceName, t => t.TargetName, StringComparer.Ordinal));
        var sequences = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(Owned, connection) { Parameters = { new() { Value = schema } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var name = reader.GetString(0);
            var there = reader.IsDBNull(1) ? name : names.Derived(reader.GetString(1), name);
            if (moved.Contains(there)) sequences[there] = Godwit.Model.Names.TargetName.Qualify(schema, name);
        }
        return sequences;
    }
}
