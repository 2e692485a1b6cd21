using Godwit.Model.Names;
using Godwit.Postgres.Schema;
using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Sourcing.Catalog;

/// <summary>Reads a schema's catalog, in the connection's transaction. What pg_get_… prints is of this moment, whatever the transaction's snapshot: locks keep it so.</summary>
internal static class SchemaCatalogReader
{
    /// <param name="connection">In a transaction; search_path stays changed until its end.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="path">What is in sight while names are printed.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<SchemaCatalog> ReadAsync(NpgsqlConnection connection, string schema, IReadOnlyList<string> path, CancellationToken cancellation)
    {
        await TargetQuery.ExecuteAsync(connection, $"SET LOCAL search_path = {InSight.PathOf(["pg_catalog", .. path])}", cancellation);
        var columns = (await AskAsync(TableSql.Columns, ToColumn)).ToLookup(c => c.Table);
        var tables = await AskAsync(TableSql.Tables, ToTable);
        var sequences = await PositionsAsync(connection, schema, await AskAsync(TableSql.Sequences, ToSequence), cancellation);
        // Of a sequence and the column that it belongs to each needs the other; it is made first, and needs nothing.
        var firsts = sequences.Select(s => CatalogNeeds.Relation(s.Id)).ToHashSet(StringComparer.Ordinal);
        return new SchemaCatalog
        {
            Schema = schema,
            Quoting = new Quoting(await TargetQuery.ReadAsync(connection, Quoting.Keywords, r => r.GetString(0), cancellation)),
            Tables = [.. tables.Select(t => t with { Columns = [.. columns[t.Id]] })],
            Constraints = await AskAsync(TableSql.Constraints, ToConstraint),
            Indexes = await AskAsync(TableSql.Indexes, ToIndex),
            Sequences = sequences,
            Items = await AskAsync(ItemSql.Items, r => new CatalogItem(r.GetString(0), r.GetString(1), r.GetString(2), TextOf(r, 3), r.GetString(4), r.GetBoolean(5), TextOf(r, 6))),
            Triggers = await AskAsync(TableSql.Triggers, r => new CatalogTrigger(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.GetString(5))),
            Comments = await AskAsync(ItemSql.Comments, r => new CatalogComment(r.GetString(0), r.GetString(1), r.GetString(2), TextOf(r, 3), r.GetString(4))),
            Rest = await AskAsync(ItemSql.Rest, r => new CatalogRest(r.GetString(0), r.GetString(1), r.GetInt64(2), TextOf(r, 3))),
            Extensions = await AskAsync(ItemSql.Extensions, r => (r.GetString(0), r.GetBoolean(1))),
            Types = new CatalogTypes(await TargetQuery.ReadAsync(connection, ItemSql.Types, ToType, cancellation)),
            Needs = new CatalogNeeds((await AskAsync(ItemSql.Needs, r => (From: r.GetString(0), To: r.GetString(1)))).Where(e => !firsts.Contains(e.From))),
        };

        Task<List<T>> AskAsync<T>(string sql, Func<NpgsqlDataReader, T> map) => TargetQuery.ReadAsync(connection, sql, map, cancellation, schema);
    }

    private static async Task<IReadOnlyList<CatalogSequence>> PositionsAsync(NpgsqlConnection connection, string schema, List<CatalogSequence> sequences, CancellationToken cancellation)
    {
        var read = new List<CatalogSequence>(sequences.Count);
        foreach (var sequence in sequences)
        {
            var position = sequence.Readable
                ? (await TargetQuery.ReadAsync(connection, $"SELECT last_value, is_called FROM {TargetName.Qualify(schema, sequence.Name)}", r => (r.GetInt64(0), r.GetBoolean(1)), cancellation))[0]
                : default;
            read.Add(sequence with { Last = position.Item1, IsCalled = position.Item2 });
        }
        return read;
    }

    private static CatalogTable ToTable(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetBoolean(4), r.GetBoolean(5), r.GetBoolean(6), r.GetBoolean(7), r.GetBoolean(8), r.GetInt64(9),
        TextOf(r, 10), TextOf(r, 11), r.GetFieldValue<long[]>(12), TextOf(r, 13), r.GetBoolean(14), TextOf(r, 15), r.GetBoolean(16), r.GetFieldValue<string[]>(17));

    private static CatalogColumn ToColumn(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetInt32(1), r.GetString(2), r.GetInt64(3), r.GetString(4), r.GetBoolean(5), r.GetString(6), r.GetString(7), TextOf(r, 8), TextOf(r, 9), TextOf(r, 10));

    private static CatalogConstraint ToConstraint(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetBoolean(4), r.GetFieldValue<int[]>(5), r.GetInt64(6), r.GetBoolean(7), r.GetBoolean(8), r.GetInt64(9),
        TextOf(r, 10), r.GetFieldValue<string[]>(11), r.GetFieldValue<string[]>(12), r.GetBoolean(13));

    private static CatalogIndex ToIndex(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetInt64(1), r.GetString(2), r.GetBoolean(3), r.GetString(4), r.GetString(5), r.GetBoolean(6), r.GetBoolean(7), r.GetInt64(8), r.GetFieldValue<string[]>(9), TextOf(r, 10));

    private static CatalogSequence ToSequence(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), r.GetInt64(7), r.GetBoolean(8), r.GetInt64(9), r.GetInt32(10), r.GetString(11), r.GetBoolean(12));

    private static CatalogType ToType(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), r.GetString(7), r.GetInt64(8), r.GetBoolean(9), TextOf(r, 10), r.GetFieldValue<long[]>(11));

    private static string? TextOf(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
