using Godwit.Engine.Live;
using Godwit.Model.Moves;
using Godwit.Postgres.Sourcing.Planning;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>The tables and sequences of a plan, as the source of a live move calls them.</summary>
/// <param name="Tables">With what is recorded of each.</param>
/// <param name="Sequences">By the new side's names.</param>
internal sealed record SourceTables(IReadOnlyDictionary<LiveTable, CapturedRelation> Tables, IReadOnlyDictionary<string, (string Schema, string Name)> Sequences)
{
    /// <summary>Qualified, by the new side's names.</summary>
    public IReadOnlyDictionary<string, string> SequenceNames { get; } = Sequences.ToDictionary(s => s.Key, s => Godwit.Model.Names.TargetName.Qualify(s.Value.Schema, s.Value.Name), StringComparer.Ordinal);

    private const string Owned = """
        SELECT c.relname::text, t.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
        LEFT JOIN pg_class t ON t.oid = d.refobjid WHERE n.nspname = $1 AND c.relkind = 'S'
        """;

    /// <summary>Tells what is made for the old side from what is made for the new, where both are in one database.</summary>
    private const string Side = "old_";

    /// <param name="connection">To the source.</param>
    /// <param name="schema">The source's schema, as it was planned.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="move">The move.</param>
    /// <param name="exchanged">Whether its tables have the new side's names now.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>By the names that were planned.</returns>
    public static async Task<SourceTables> ReadAsync(NpgsqlConnection connection, string schema, MovePlan plan, Guid move, bool exchanged, CancellationToken cancellation)
    {
        var comparisons = await KeyComparison.ReadAsync(connection, exchanged ? plan.Schema : schema, cancellation);
        var partitions = (plan.Postgres?.Objects ?? []).Where(o => o.Kind == "partition").Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var tables = new Dictionary<LiveTable, CapturedRelation>();
        foreach (var (table, number) in plan.Tables.Select((t, i) => (t, i + 1)))
        {
            var parts = table.KeyColumns.Select(c => comparisons.GetValueOrDefault((exchanged ? table.TargetName : table.SourceName, table.Columns[c].SourceName))).ToList();
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

    /// <summary>The same under the new side's names.</summary>
    public SourceTables Exchanged(string schema) => new(
        Tables.ToDictionary(t => t.Key, t => t.Value with { Schema = schema, Name = t.Key.Plan.TargetName, Planned = t.Value.Name }),
        Sequences.Keys.ToDictionary(s => s, s => (schema, s), StringComparer.Ordinal));

    /// <remarks>Once names are exchanged, the other side's have these, and whose they are is the same.</remarks>
    private static async Task<IReadOnlyDictionary<string, (string Schema, string Name)>> SequencesAsync(NpgsqlConnection connection, string schema, MovePlan plan, CancellationToken cancellation)
    {
        var moved = (plan.Postgres?.Sequences ?? []).Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var names = new Renaming(plan.Schema, plan.Tables.Where(t => t.SourceName != t.TargetName).ToDictionary(t => t.SourceName, t => t.TargetName, StringComparer.Ordinal));
        var sources = plan.Tables.Select(t => t.SourceName).ToHashSet(StringComparer.Ordinal);
        // Within one schema the new side's own stand beside them.
        var targets = schema == plan.Schema ? plan.Tables.Select(t => t.TargetName).Where(t => !sources.Contains(t)).ToHashSet(StringComparer.Ordinal) : [];
        var sequences = new Dictionary<string, (string Schema, string Name)>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(Owned, connection) { Parameters = { new() { Value = schema } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var name = reader.GetString(0);
            if (!reader.IsDBNull(1) && targets.Contains(reader.GetString(1))) continue;
            var there = reader.IsDBNull(1) ? name : names.Derived(reader.GetString(1), name);
            if (moved.Contains(there)) sequences[there] = (schema, name);
        }
        return sequences;
    }
}
