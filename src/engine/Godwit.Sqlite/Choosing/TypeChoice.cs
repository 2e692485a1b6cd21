using Godwit.Model.Findings;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Choosing;

/// <summary>The type chosen for a column. With an error among the findings it is what the column would become if they were settled.</summary>
/// <param name="Reason">One clause for a person to read.</param>
public sealed record TypeChoice(TargetType Type, ValueMapping Mapping, string Reason)
{
    /// <summary>Characters that a CHECK may hold the text to: they were declared, and every value fits.</summary>
    public int? LengthCheck { get; init; }

    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Rows whose value the mapping does not fit: what quarantine takes, at least.</summary>
    public long Misfits { get; init; }
}
