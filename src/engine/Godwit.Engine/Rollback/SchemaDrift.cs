using Godwit.Engine.Runs;

namespace Godwit.Engine.Rollback;

/// <summary>What of a target's catalog changed from one moment to another.</summary>
/// <param name="Gone">Lines of <see cref="TargetCatalog.Lines"/> that are not there any more.</param>
/// <param name="Came">Lines that were not there.</param>
public sealed record SchemaDrift(IReadOnlySet<string> Gone, IReadOnlySet<string> Came)
{
    private const int MostNames = 10;

    public static SchemaDrift None { get; } = new(new HashSet<string>(), new HashSet<string>());

    public int Count => Gone.Count + Came.Count;

    public static SchemaDrift Between(TargetCatalog from, TargetCatalog to) => new(
        from.Lines.Except(to.Lines, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal), to.Lines.Except(from.Lines, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal));

    /// <summary>
    /// What is left of it without what others did. A thing that they made may have gone with the table that it was on, and one that they dropped may have
    /// come back with it: that is no difference either.
    /// </summary>
    public SchemaDrift Without(SchemaDrift others) => new(
        Gone.Except(others.Gone, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal), Came.Except(others.Came, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal));

    /// <summary>The things by kind and name, as many as fit into a sentence.</summary>
    public string Describe()
    {
        var (gone, came) = (Names(Gone), Names(Came));
        var changed = gone.Intersect(came, StringComparer.Ordinal).ToList();
        string[] parts = [Part("changed", changed), Part("missing", [.. gone.Except(changed, StringComparer.Ordinal)]), Part("not there before", [.. came.Except(changed, StringComparer.Ordinal)])];
        return string.Join("; ", parts.Where(p => p.Length > 0));
    }

    private static string Part(string what, List<string> names) =>
        names.Count == 0 ? "" : $"{what}: {string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? $" and {names.Count - MostNames} more" : "")}";

    private static List<string> Names(IEnumerable<string> lines) => [.. lines.Select(Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Kind, table and name stand between tabs; a table's own line names it twice.</summary>
    private static string Name(string line) => line.Split('\t') switch
    {
        [var kind, var table, var name, ..] when table == name => $"{kind} {name}",
        [var kind, var table, var name, ..] => $"{kind} {name} of {table}",
        _ => line,
    };
}
