using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Choosing;

internal static class BooleanProposals
{
    public static IEnumerable<Proposal> For(string declared) =>
    [
        new Proposal(TargetType.Boolean, new ValueMapping(MappingKind.BooleanInteger), $"{declared}, stored as 0 and 1"),
        .. Words(declared),
    ];

    public static IEnumerable<Proposal> Words(string declared) => BooleanWords.Pairs.Select(pair =>
    {
        var mapping = new ValueMapping(MappingKind.BooleanText) { FalseWord = pair.False, TrueWord = pair.True };
        return new Proposal(TargetType.Boolean, mapping, $"{declared}, stored as {MappingForms.Describe(mapping)}");
    });
}
