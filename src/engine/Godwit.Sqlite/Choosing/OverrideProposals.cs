using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Choosing;

/// <summary>What the mapping file asks for. The type is the user's; only how the values are written is still read off the data.</summary>
internal static class OverrideProposals
{
    public static IEnumerable<Proposal> For(ColumnMap map, Evidence evidence, Convention convention)
    {
        var type = map.Type ?? new TargetType(map.Format is DateFormat.UnixSeconds or DateFormat.UnixMilliseconds ? TypeName.Timestamptz : TypeName.Timestamp);
        return Mappings(type, map.Format, evidence, convention).Select(m => new Proposal(type, m, $"the mapping file says {type.Sql}, stored as {MappingForms.Describe(m)}"));
    }

    private static IEnumerable<ValueMapping> Mappings(TargetType type, DateFormat? format, Evidence evidence, Convention convention) => type.Name switch
    {
        TypeName.Bigint or TypeName.Integer or TypeName.Smallint => Kinds(MappingKind.Integer),
        TypeName.DoublePrecision => Kinds(MappingKind.Real, MappingKind.NumberAsDouble),
        TypeName.Numeric => evidence.Has(StorageClass.Text) && !evidence.Has(StorageClass.Integer) && !evidence.Has(StorageClass.Real)
            ? Kinds(MappingKind.DecimalText, MappingKind.Number)
            : Kinds(MappingKind.Number, MappingKind.DecimalText),
        TypeName.Boolean => BooleanProposals.For("").Select(p => p.Mapping),
        TypeName.Text or TypeName.Varchar => Kinds(MappingKind.Text, MappingKind.AnyText),
        TypeName.Bytea => Kinds(MappingKind.Blob),
        TypeName.Uuid => UuidProposals.Texts("", convention).Select(p => p.Mapping).Append(new ValueMapping(MappingKind.UuidBlob)),
        TypeName.Date => Kinds(MappingKind.DateText),
        TypeName.Time => DateProposals.Times("", convention).Select(p => p.Mapping),
        TypeName.Json => Kinds(MappingKind.Text),
        _ => Timestamps(type, format, evidence, convention),
    };

    private static IEnumerable<ValueMapping> Timestamps(TargetType type, DateFormat? format, Evidence evidence, Convention convention)
    {
        var texts = DateProposals.Timestamps("", convention, type.Name == TypeName.Timestamptz)
            .Where(p => p.Type.Name == type.Name).Select(p => p.Mapping);
        return format switch
        {
            DateFormat.Text => texts,
            DateFormat.UnixSeconds => Kinds(MappingKind.UnixSeconds),
            DateFormat.UnixMilliseconds => Kinds(MappingKind.UnixMilliseconds),
            DateFormat.JulianDay => Kinds(MappingKind.JulianDay),
            _ => [.. texts, .. evidence.Has(StorageClass.Integer) ? UnixByRange(evidence) : [], .. type.Name == TypeName.Timestamp ? Kinds(MappingKind.JulianDay) : []],
        };
    }

    /// <summary>Without a format the larger unit is taken only where some value can hardly be seconds.</summary>
    private static IEnumerable<ValueMapping> UnixByRange(Evidence evidence) =>
        evidence.Has(StorageClass.Integer, Profiling.IntegerTraits.LikelyMilliseconds)
            ? Kinds(MappingKind.UnixMilliseconds, MappingKind.UnixSeconds)
            : Kinds(MappingKind.UnixSeconds, MappingKind.UnixMilliseconds);

    private static IEnumerable<ValueMapping> Kinds(params MappingKind[] kinds) => kinds.Select(k => new ValueMapping(k));
}
