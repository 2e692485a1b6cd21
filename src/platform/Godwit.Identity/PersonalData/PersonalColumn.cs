namespace Godwit.Identity.PersonalData;

internal enum ColumnKind
{
    /// <summary>About the person, in the clear: in archives, taken away by an erasure, and in no statistics of the database.</summary>
    Personal,

    /// <summary>About the person, under the person's key: opened for archives.</summary>
    Sealed,

    /// <summary>Leads to the person through another row: in archives, taken away by an erasure.</summary>
    Linked,

    /// <summary>Says nothing of anybody by itself - a time, a state, a word of ours: in archives; it may stay.</summary>
    Plain,

    /// <summary>In no archive: whoever got that could pass for the person. Taken away by an erasure.</summary>
    Secret,

    /// <summary>A number of the database, or of a proof: in no archive.</summary>
    Internal,
}

/// <param name="Name">The column.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Shown">The SQL that an archive shows it by, with <c>x</c> for the row; null takes it as it is.</param>
/// <param name="Erased">The SQL that an erasure sets it to, where the row stays; null leaves it.</param>
internal sealed record PersonalColumn(string Name, ColumnKind Kind, string? Shown = null, string? Erased = null)
{
    public bool InArchive => Kind is ColumnKind.Personal or ColumnKind.Sealed or ColumnKind.Linked or ColumnKind.Plain;
}
