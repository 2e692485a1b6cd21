using Godwit.Model.Names;

namespace Godwit.Postgres.Live.Exchange;

/// <summary>Two names of which one table, or sequence, of a live move has the one and its like at the other side the other.</summary>
/// <param name="Schema">Of the name that applications use.</param>
/// <param name="Name">The name that applications use.</param>
/// <param name="OtherSchema">Of the other name.</param>
/// <param name="OtherName">The name of what is put aside, or not in use yet.</param>
/// <param name="Kind"><c>TABLE</c> or <c>SEQUENCE</c>.</param>
internal sealed record NamePair(string Schema, string Name, string OtherSchema, string OtherName, string Kind = "TABLE")
{
    /// <summary>Under which applications know it.</summary>
    public string Used => TargetName.Qualify(Schema, Name);

    public string Other => TargetName.Qualify(OtherSchema, OtherName);

    /// <summary>What the name of a part becomes with its table: PostgreSQL makes names of indexes, constraints and sequences from the table's.</summary>
    public string OtherOf(string part) => Name != OtherName && part.StartsWith(Name + "_", StringComparison.Ordinal) ? OtherName + part[Name.Length..] : part;
}
