using Godwit.Engine.Live;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>
/// Everything about a source's tables that a live move rests on, as text: columns, partitions, and the recording's own triggers. Another text means that somebody has changed the table, or has had its
/// recording switched off for a while, and that what was written then may be in no log.
/// </summary>
internal static class SourceShape
{
    /// <remarks>A trigger's row in the catalog is written anew when the trigger is disabled or enabled, so that xmin tells of a recording that stood still and goes on.</remarks>
    private const string Sql = """
        SELECT u.planned, md5(concat_ws('|', c.oid, c.relkind, c.relpersistence, c.relispartition,
            coalesce((SELECT string_agg(concat_ws(':', a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated, a.attidentity), ',' ORDER BY a.attnum)
                      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), ''),
            coalesce((SELECT string_agg(i.inhrelid::text, ',' ORDER BY i.inhrelid) FROM pg_inherits i WHERE i.inhparent = c.oid), ''),
            coalesce((SELECT string_agg(concat_ws(':', g.tgname, g.tgenabled, g.tgfoid, g.xmin), ',' ORDER BY g.tgname) FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname = ANY ($3)), '')))
        FROM unnest($1::text[], $2::text[], $4::text[]) AS u (schema, name, planned) JOIN pg_namespace n ON n.nspname = u.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = u.name
        """;

    private static readonly string[] s_triggers = ["zz_godwit_rows", "zz_godwit_insert", "zz_godwit_update", "zz_godwit_delete", "aa_godwit_truncate"];

    /// <summary>By the name under which a table was planned. Of tables that are locked, in the transaction at hand.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(NpgsqlConnection connection, IReadOnlyCollection<CapturedRelation> tables, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection)
        { Parameters = { new() { Value = tables.Select(t => t.Schema).ToArray() }, new() { Value = tables.Select(t => t.Name).ToArray() }, new() { Value = s_triggers }, new() { Value = tables.Select(t => t.Planned).ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var shapes = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation)) shapes.Add(reader.GetString(0), reader.GetString(1));
        return shapes;
    }

    /// <exception cref="SourceShapeException">A table is another.</exception>
    public static async Task CheckAsync(NpgsqlConnection connection, IReadOnlyCollection<CapturedRelation> tables, IReadOnlyDictionary<string, string> expected, CancellationToken cancellation)
    {
        var now = await ReadAsync(connection, tables, cancellation);
        if (tables.Select(t => t.Planned).FirstOrDefault(t => now.GetValueOrDefault(t) is not { } shape || expected.GetValueOrDefault(t) != shape) is { } other) throw new SourceShapeException(other);
    }
}
