using Godwit.Model.Names;
using Godwit.Postgres.Sourcing.Catalog;

namespace Godwit.Postgres.Sourcing.Planning;

/// <summary>What things are called at the target.</summary>
/// <param name="schema">The target's schema.</param>
/// <param name="tables">Tables that get another name, by the one they have.</param>
internal sealed class Renaming(string schema, IReadOnlyDictionary<string, string> tables)
{
    public string Schema => schema;

    public string Table(string name) => tables.TryGetValue(name, out var other) ? other : name;

    public bool IsRenamed(string table) => tables.ContainsKey(table);

    /// <summary>Of an index, constraint or sequence: PostgreSQL makes their names from the table's, and so they follow it.</summary>
    public string Derived(string table, string name) =>
        IsRenamed(table) && name.StartsWith(table + "_", StringComparison.Ordinal) ? Table(table) + name[table.Length..] : name;

    public string Qualified(string table) => TargetName.Qualify(schema, Table(table));

    /// <summary>A type as format_type prints it with nothing in sight.</summary>
    public string TypeText(SchemaCatalog catalog, CatalogColumn column)
    {
        var element = catalog.Types.ElementOf(column.Type);
        if (element.Schema == "pg_catalog") return column.TypeText;
        var own = catalog.Quoting.Of(element.Schema) + ".";
        var bare = column.TypeText.StartsWith(own, StringComparison.Ordinal) ? column.TypeText[own.Length..] : column.TypeText;
        return $"{catalog.Quoting.Of(element.Schema == catalog.Schema && element.Extension is null ? schema : element.Schema)}.{bare}";
    }
}
