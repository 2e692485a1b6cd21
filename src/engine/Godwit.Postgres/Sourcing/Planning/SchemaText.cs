using System.Security.Cryptography;
using System.Text;
using Godwit.Postgres.Sourcing.Catalog;

namespace Godwit.Postgres.Sourcing.Planning;

/// <summary>SHA-256 over everything that a catalog says: another hash is another schema. Where sequences stand is not part of it.</summary>
internal static class SchemaText
{
    /// <param name="catalog">What is there.</param>
    /// <param name="made">Names of tables and sequences that the move makes in this very schema: they are no change of it.</param>
    public static string Hash(SchemaCatalog catalog, IReadOnlyCollection<string> made)
    {
        catalog = made.Count == 0 ? catalog : Without(catalog, made);
        var lines = new List<string>();
        foreach (var table in catalog.Tables)
        {
            lines.Add(string.Join('\t', "table", table.Name, table.Kind, table.Persistence, table.PartitionKey, table.Bound, table.Options));
            lines.AddRange(table.Columns.Select(c => string.Join('\t', "column", table.Name, c.Name, c.TypeText, c.NotNull, c.Identity, c.Generated, c.Expression, c.CollationSchema, c.CollationName)));
        }
        var names = catalog.Tables.ToDictionary(t => t.Id, t => t.Name);
        lines.AddRange(catalog.Constraints.Select(k => string.Join('\t', "constraint", names.GetValueOrDefault(k.Table), k.Name, k.Definition)));
        lines.AddRange(catalog.Indexes.Select(i => string.Join('\t', "index", i.Definition, i.Valid)));
        lines.AddRange(catalog.Sequences.Select(s => string.Join('\t', "sequence", s.Name, s.Type, s.Options)));
        lines.AddRange(catalog.Items.Select(i => string.Join('\t', i.Kind, i.Name, i.Sql)));
        lines.AddRange(catalog.Triggers.Select(t => string.Join('\t', "trigger", t.Definition, t.Enabled)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    private static SchemaCatalog Without(SchemaCatalog catalog, IReadOnlyCollection<string> made)
    {
        var tables = catalog.Tables.Where(t => made.Contains(t.Name)).Select(t => t.Id).ToHashSet();
        return catalog with
        {
            Tables = [.. catalog.Tables.Where(t => !tables.Contains(t.Id))],
            Constraints = [.. catalog.Constraints.Where(k => !tables.Contains(k.Table))],
            Indexes = [.. catalog.Indexes.Where(i => !tables.Contains(i.Table))],
            Sequences = [.. catalog.Sequences.Where(s => !made.Contains(s.Name))],
            Triggers = [.. catalog.Triggers.Where(t => !tables.Contains(t.Table))],
        };
    }
}
