using Godwit.Model.Findings;

namespace Godwit.Postgres.Verification;

/// <summary>What is not the same in two snapshots, object by object.</summary>
public static class CatalogDifference
{
    private static readonly HashSet<string> Guards =
        new(["primary key", "unique constraint", "check", "foreign key", "exclusion constraint", "index"], StringComparer.Ordinal);

    /// <summary>
    /// A constraint or index that is missing or changed is <see cref="FindingCodes.ConstraintNotValid"/>, everything else <see cref="FindingCodes.SchemaDiffers"/>.
    /// </summary>
    public static IReadOnlyList<Finding> Between(CatalogSnapshot before, CatalogSnapshot after)
    {
        var then = before.Objects.ToDictionary(Key);
        var now = after.Objects.ToDictionary(Key);
        return [
            .. before.Objects.Where(o => !now.ContainsKey(Key(o))).Select(o => Finding.Error(CodeOf(o), $"{Named(o)} is missing; it was: {o.Definition}", PlaceOf(o))),
            .. before.Objects.Where(o => now.TryGetValue(Key(o), out var n) && n.Definition != o.Definition).Select(o => Finding.Error(
                CodeOf(o), $"{Named(o)} is changed; it was: {o.Definition}; it is: {now[Key(o)].Definition}", PlaceOf(o))),
            .. after.Objects.Where(o => !then.ContainsKey(Key(o))).Select(o => Finding.Error(
                FindingCodes.SchemaDiffers, $"{Named(o)} is extra: {o.Definition}", PlaceOf(o))),
        ];
    }

    private static (string Kind, string Table, string Name) Key(CatalogObject o) => (o.Kind, o.Table, o.Name);

    private static FindingCode CodeOf(CatalogObject o) => Guards.Contains(o.Kind) ? FindingCodes.ConstraintNotValid : FindingCodes.SchemaDiffers;

    private static string Named(CatalogObject o) => o.Table == o.Name ? $"{o.Kind} {o.Name}" : $"{o.Kind} {o.Name} of {o.Table}";

    private static Place PlaceOf(CatalogObject o) => o.Kind switch
    {
        "table" => new Place.InTable(o.Table),
        "column" => new Place.InTable(o.Table, Column: o.Name),
        _ => new Place.InObject(o.Kind, o.Name),
    };
}
