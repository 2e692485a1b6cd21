using Godwit.Model.Findings;

namespace Godwit.Sqlite.Choosing;

/// <summary>The framework whose habits a database follows.</summary>
public enum Convention
{
    None,

    /// <summary>DateTime as integer milliseconds.</summary>
    Prisma,

    /// <summary>UUID as char(32), datetimes without zone that mean UTC.</summary>
    Django,

    /// <summary>Booleans as 't' and 'f' up to Rails 5.1, datetimes with six digits.</summary>
    Rails,

    /// <summary>Decimal, Guid, DateTime and DateTimeOffset in columns declared TEXT.</summary>
    EntityFrameworkCore,
}

public static class Conventions
{
    private static readonly (string Table, Convention Convention, string Name)[] Signs =
    [
        ("_prisma_migrations", Convention.Prisma, "Prisma"),
        ("django_migrations", Convention.Django, "Django"),
        ("__EFMigrationsHistory", Convention.EntityFrameworkCore, "EF Core"),
        ("ar_internal_metadata", Convention.Rails, "Rails"),
        ("schema_migrations", Convention.Rails, "Rails"),
    ];

    /// <summary>Recognises a framework by the table in which it keeps its migrations. Two frameworks in one file are none: neither speaks for all tables.</summary>
    public static (Convention Convention, IReadOnlyList<Finding> Findings) Detect(IEnumerable<string> tableNames)
    {
        var names = tableNames.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var seen = Signs.Where(s => names.Contains(s.Table)).DistinctBy(s => s.Convention).ToList();
        return seen switch
        {
            [] => (Convention.None, []),
            [var only] => (only.Convention,
                [Finding.Note(FindingCodes.Convention, $"The table {only.Table} is how {only.Name} keeps its migrations; types follow its habits", new Place.InTable(only.Table))]),
            _ => (Convention.None,
                [Finding.Note(FindingCodes.Convention, $"Tables of {string.Join(" and ", seen.Select(s => s.Name))} are in this database; no framework's habits are assumed", new Place.InTable(seen[0].Table))]),
        };
    }
}
