using Godwit.Engine.Anonymise;
using Godwit.Engine.PersonalData;

namespace Godwit.Engine.Reports.Personal;

/// <summary>Which personal data a run touched, as far as the runbook declares it and the record shows it.</summary>
/// <param name="Declared">What the runbook says; null where it says nothing.</param>
/// <param name="Entries">Each declared column.</param>
/// <param name="Undeclared">Columns that look personal by name and of which nothing is said.</param>
/// <param name="Looked">Whether there was a catalog to look at.</param>
internal sealed record PersonalInventory(PersonalDataSettings? Declared, IReadOnlyList<PersonalEntry> Entries, IReadOnlyList<(string Column, string Why)> Undeclared, bool Looked)
{
    /// <summary>Columns whose data a step made unreadable: keyed, masked or gone.</summary>
    public IEnumerable<PersonalEntry> Protected => Entries.Where(e => e.IsProtected);

    /// <summary>Columns that are still there, as they were.</summary>
    public IEnumerable<PersonalEntry> Plain => Entries.Where(e => e is { IsProtected: false, After: not false });

    public bool Holds(string category) => Entries.Any(e => e.Column.Category == category);

    public static PersonalInventory Of(RunRecord record)
    {
        var declared = record.Run.Plan.PersonalData is { } said ? PersonalDataSettings.Read(said) : null;
        var (first, last) = SchemaPart.Ends(record);
        var (before, after) = (Columns(first), Columns(last));
        var finder = new TouchFinder(record);
        var entries = (declared?.Columns ?? []).Select(c => new PersonalEntry(c, Contains(first, before, c.Name), Contains(last, after, c.Name), finder.Of(c))).ToList();
        var undeclared =
            from column in before.Concat(after).DistinctBy(c => c.Name, StringComparer.Ordinal).OrderBy(c => c.Name, StringComparer.Ordinal)
            where declared?.Find(column.Name) is null && declared?.Ignore.Contains(column.Name) is not true
            let why = PersonalSigns.OfName(column.Name[(column.Name.LastIndexOf('.') + 1)..], column.Type)
            where why is not null
            select (column.Name, why);
        return new PersonalInventory(declared, entries, [.. undeclared], first is not null || last is not null);
    }

    private static bool? Contains(IReadOnlyList<string>? catalog, List<(string Name, string Type)> columns, string name) => catalog is null ? null : columns.Exists(c => c.Name == name);

    /// <summary>Lines are kind, table, name and definition between tabs; what is escaped in them is in no name that can be declared.</summary>
    private static List<(string Name, string Type)> Columns(IReadOnlyList<string>? catalog) =>
        [.. (catalog ?? []).Select(l => l.Split('\t')).Where(p => p is ["column", _, _, _]).Select(p => ($"{p[1]}.{p[2]}", TypeOf(p[3])))];

    /// <summary>The name that pg_type has for it.</summary>
    private static string TypeOf(string definition) => definition switch
    {
        _ when definition.StartsWith("character varying", StringComparison.Ordinal) => "varchar",
        _ when definition.StartsWith("character", StringComparison.Ordinal) => "bpchar",
        _ when definition.StartsWith("timestamp", StringComparison.Ordinal) => definition.Contains("with time zone", StringComparison.Ordinal) ? "timestamptz" : "timestamp",
        _ => definition.Split(' ', '(', '[')[0],
    };
}

/// <param name="Before">Whether it was there before the first phase; null: nobody knows.</param>
/// <param name="After">Whether it was there at the end.</param>
internal sealed record PersonalEntry(PersonalColumn Column, bool? Before, bool? After, IReadOnlyList<PersonalTouch> Touches)
{
    /// <summary>By what was written into it: that a hash was made of it elsewhere leaves it what it is.</summary>
    public bool IsProtected => Touches.Any(t => t is { Done: true, Writes: true, Protection: PersonalProtection.Keyed or PersonalProtection.Masked or PersonalProtection.Cleared });
}

/// <summary>A step or gate that has to do with a column.</summary>
/// <param name="By">Its id.</param>
/// <param name="Does">In a few words.</param>
/// <param name="Other">Where the data came from or went to; null where it stayed.</param>
/// <param name="Writes">Whether the column is what was written, or what was read.</param>
/// <param name="How">How it is protected on the way, in words.</param>
/// <param name="Rows">That the step counted.</param>
/// <param name="Done">Whether it was carried out, and not taken back.</param>
/// <param name="State">How it stands.</param>
internal sealed record PersonalTouch(string By, string Does, string? Other, bool Writes, PersonalProtection Protection, string How, long? Rows, bool Done, string State);

internal enum PersonalProtection
{
    None,

    /// <summary>Hashed under a secret.</summary>
    Keyed,

    /// <summary>Hashed without one.</summary>
    Hashed,

    Masked,

    /// <summary>Gone.</summary>
    Cleared,

    /// <summary>What an expression makes of it, nobody here can tell.</summary>
    Unknown,
}
