namespace Godwit.Postgres.Sourcing.Catalog;

/// <param name="Kind">pg_type.typtype.</param>
/// <param name="Element">Of a true array; 0 for none.</param>
/// <param name="Base">Of a domain.</param>
/// <param name="Relation">Of a composite; <paramref name="RelationKind"/> is c for one of its own.</param>
/// <param name="Subtype">Of a range or multirange: its subtype, or its range.</param>
/// <param name="Binary">Whether it goes through binary COPY both ways.</param>
/// <param name="Attributes">A composite's types.</param>
internal sealed record CatalogType(
    long Id, string Schema, string Name, string Kind, long Element, long Base, long Relation, string RelationKind, long Subtype, bool Binary, string? Extension, long[] Attributes);

/// <summary>The types of a server.</summary>
internal sealed class CatalogTypes(IEnumerable<CatalogType> types)
{
    /// <summary>Numbers from here on are given at initdb or later: the same type has another in another database (src/include/access/transam.h, FirstGenbkiObjectId).</summary>
    private const long FirstOwnNumber = 10000;

    // Their values are numbers of objects of one database.
    private static readonly HashSet<string> s_references = new(
        ["regclass", "regtype", "regproc", "regprocedure", "regoper", "regoperator", "regrole", "regnamespace", "regconfig", "regdictionary", "regcollation", "regdatabase"], StringComparer.Ordinal);

    private readonly Dictionary<long, CatalogType> _types = types.ToDictionary(t => t.Id);

    public CatalogType Of(long id) => _types[id];

    /// <summary>The type that an array is of; any other itself.</summary>
    public CatalogType ElementOf(long id) => Of(id) is { Element: not 0 and var element } ? Of(element) : Of(id);

    /// <summary>Whether a value's image in binary COPY holds numbers of types that are others at another server: arrays and composites name what they are of.</summary>
    public bool HasForeignNumbers(long id) => Of(id) switch
    {
        { Element: not 0 and var element } => element >= FirstOwnNumber || HasForeignNumbers(element),
        { Base: not 0 and var @base } => HasForeignNumbers(@base),
        { Subtype: not 0 and var subtype } => HasForeignNumbers(subtype),
        { Kind: "c" } composite => composite.Attributes.Any(a => a >= FirstOwnNumber || HasForeignNumbers(a)),
        _ => false,
    };

    /// <summary>Why values of a type cannot go over; null where they can.</summary>
    public string? Obstacle(long id) => Of(id) switch
    {
        { Element: not 0 and var element } => Obstacle(element),
        { Base: not 0 and var @base } => Obstacle(@base),
        { Subtype: not 0 and var subtype } => Obstacle(subtype),
        { Kind: "c" } composite => composite.RelationKind == "c"
            ? composite.Attributes.Select(Obstacle).FirstOrDefault(o => o is not null)
            : $"its type is the row of the table {composite.Name}",
        { Schema: "pg_catalog" } type when s_references.Contains(type.Name) => $"its values are numbers of objects of this database (type {type.Name})",
        { Binary: false } type => $"its type {type.Name} has no binary form",
        _ => null,
    };

    /// <summary>Every type that one is made of, itself included.</summary>
    public IEnumerable<CatalogType> Within(long id)
    {
        var type = Of(id);
        long[] parts = [.. new[] { type.Element, type.Base, type.Subtype }.Where(p => p != 0), .. type.RelationKind is "c" ? type.Attributes : []];
        return parts.SelectMany(Within).Prepend(type);
    }
}
