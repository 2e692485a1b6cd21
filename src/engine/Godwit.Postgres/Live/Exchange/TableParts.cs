using Npgsql;

namespace Godwit.Postgres.Live.Exchange;

/// <summary>What belongs to a table and has a name of its own.</summary>
/// <param name="Kind"><c>INDEX</c>, <c>SEQUENCE</c>, <c>STATISTICS</c> or <c>CONSTRAINT</c>.</param>
/// <param name="Schema">Where it stands; empty of a constraint, which stands at its table.</param>
internal sealed record TablePart(string Kind, string Schema, string Name);

/// <summary>A part of the table that is in use, and its like.</summary>
internal sealed record PartPair(NamePair Table, TablePart Used, TablePart Other);

internal static class TableParts
{
    /// <remarks>A constraint with an index has the index's name, and follows it; one that was inherited follows its parent's.</remarks>
    private const string Sql = """
        WITH t AS (SELECT o, n::regclass::oid AS id FROM unnest($1::text[]) WITH ORDINALITY AS u (n, o))
        SELECT t.o, 'INDEX', s.nspname::text, c.relname::text FROM t JOIN pg_index i ON i.indrelid = t.id JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace s ON s.oid = c.relnamespace
        UNION ALL
        SELECT t.o, 'SEQUENCE', s.nspname::text, c.relname::text
        FROM t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.id AND d.refobjsubid > 0 AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S' JOIN pg_namespace s ON s.oid = c.relnamespace
        UNION ALL
        SELECT t.o, 'STATISTICS', s.nspname::text, x.stxname::text FROM t JOIN pg_statistic_ext x ON x.stxrelid = t.id JOIN pg_namespace s ON s.oid = x.stxnamespace
        UNION ALL
        SELECT t.o, 'CONSTRAINT', '', k.conname::text FROM t JOIN pg_constraint k ON k.conrelid = t.id WHERE k.contype IN ('c', 'f', 'n') AND k.coninhcount = 0 AND k.conparentid = 0
        ORDER BY 1, 2, 3, 4
        """;

    /// <summary>Parts that have their like at the other table, under the same name or the one that is made from the other table's.</summary>
    public static async Task<IReadOnlyList<PartPair>> ReadAsync(NpgsqlConnection connection, IReadOnlyList<NamePair> tables, CancellationToken cancellation)
    {
        var parts = new Dictionary<long, List<TablePart>>();
        await using (var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = tables.SelectMany(t => new[] { t.Used, t.Other }).ToArray() } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                if (!parts.TryGetValue(reader.GetInt64(0), out var those)) parts.Add(reader.GetInt64(0), those = []);
                those.Add(new TablePart(reader.GetString(1), reader.GetString(2), reader.GetString(3)));
            }
        }
        var pairs = new List<PartPair>();
        foreach (var (table, i) in tables.Select((t, i) => (t, i)))
        {
            // Ordinalities begin at 1: of each pair the one in use, then the other.
            var others = parts.GetValueOrDefault(2 * i + 2, []).ToDictionary(p => (p.Kind, p.Name));
            foreach (var part in parts.GetValueOrDefault(2 * i + 1, []))
            {
                if (others.TryGetValue((part.Kind, table.OtherOf(part.Name)), out var other)) pairs.Add(new PartPair(table, part, other));
            }
        }
        return pairs;
    }
}
