using Godwit.Model.Values;

namespace Godwit.Sqlite.Choosing;

/// <summary>A type and mapping that a column could have, and the clause that says why.</summary>
/// <param name="IsFallback">Not what the declaration means: only for columns whose values are all of one storage class.</param>
internal sealed record Proposal(TargetType Type, ValueMapping Mapping, string Reason, bool IsFallback = false);
