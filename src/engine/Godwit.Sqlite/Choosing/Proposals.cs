using Godwit.Model.Values;

namespace Godwit.Sqlite.Choosing;

/// <summary>What a column could become, best first. The first that every value fits is taken, so order is preference and nothing else.</summary>
internal static class Proposals
{
    public static IReadOnlyList<Proposal> For(Evidence evidence, Convention convention)
    {
        var overridden = evidence.Columns.FirstOrDefault(c => c.Override is { Type: not null } or { Format: not null });
        var proposals = overridden is not null
            ? OverrideProposals.For(overridden.Override!, evidence, convention)
            : evidence.Columns.SelectMany(c => OfDeclaration(c, evidence, convention)).Concat(Fallbacks(evidence));
        return [.. proposals.Select(p => p with { Mapping = p.Mapping with { EmptyIsNull = evidence.EmptyIsNull } })];
    }

    private static IEnumerable<Proposal> OfDeclaration(ColumnToChoose column, Evidence evidence, Convention convention)
    {
        var declared = $"declared {column.DeclaredType}";
        return column.Family switch
        {
            DeclaredFamily.None => evidence.IsEmpty ? [new Proposal(TargetType.Text, new ValueMapping(MappingKind.Text), "no declared type")] : [],
            DeclaredFamily.Integer => NumberProposals.OfInteger(column, declared, evidence),
            DeclaredFamily.Real => [new Proposal(TargetType.DoublePrecision, new ValueMapping(MappingKind.Real), declared)],
            DeclaredFamily.Numeric => NumberProposals.OfNumeric(column, declared),
            DeclaredFamily.Boolean => BooleanProposals.For(declared),
            DeclaredFamily.Date => DateProposals.OfDate(declared, evidence, convention),
            DeclaredFamily.DateTime => DateProposals.OfDateTime(column.Declaration, declared, evidence, convention),
            DeclaredFamily.Time => DateProposals.OfTime(declared, convention),
            DeclaredFamily.Uuid => UuidProposals.For(column.Declaration, declared, convention),
            DeclaredFamily.Json => [new Proposal(TargetType.Text, new ValueMapping(MappingKind.Text), $"{declared}: text keeps it as it is, --map can make it json")],
            DeclaredFamily.Text => TextProposals.For(column, declared, evidence, convention),
            DeclaredFamily.Blob => [new Proposal(TargetType.Bytea, new ValueMapping(MappingKind.Blob), declared)],
            _ => NumberProposals.OfUnknownWord(declared, evidence),
        };
    }

    /// <summary>A column whose values are all of one storage class can always go over as what they are.</summary>
    private static Proposal[] Fallbacks(Evidence evidence)
    {
        var first = evidence.Columns[0];
        var but = first.Family == DeclaredFamily.None ? "no declared type, every value is" : $"declared {first.DeclaredType}, but every value is";
        return
        [
            new Proposal(TargetType.Bigint, new ValueMapping(MappingKind.Integer), $"{but} INTEGER", IsFallback: true),
            new Proposal(TargetType.DoublePrecision, new ValueMapping(MappingKind.Real), $"{but} REAL", IsFallback: true),
            new Proposal(TargetType.Text, new ValueMapping(MappingKind.Text), $"{but} TEXT", IsFallback: true),
            new Proposal(TargetType.Bytea, new ValueMapping(MappingKind.Blob), $"{but} BLOB", IsFallback: true),
        ];
    }
}
