using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Tests.Decoding;

namespace Godwit.Sqlite.Tests.Reading;

/// <summary>A mapping on its way from a declared type to a target's type.</summary>
internal sealed record MappingCase(string Declared, ValueMapping Mapping, TargetType Type)
{
    public Affinity Affinity { get; } = DeclaredType.AffinityOf(Declared);

    public ColumnPlan Plan => Plans.Column(Mapping, Type, Affinity);

    /// <summary>Whether the profile, having seen this value alone, takes it for one that the mapping moves.</summary>
    public bool Fits(StoredValue value, TextEncoding encoding)
    {
        var asked = new ColumnToProfile("c", Affinity)
        {
            TrackShapes = true,
            TrackJson = Type.Name == TypeName.Json,
            Precision = Type.Name == TypeName.Numeric ? Type.Precision : null,
            Scale = Type.Name == TypeName.Numeric ? Type.Scale ?? 0 : 0,
            Length = Type.Length,
        };
        var profile = new ColumnProfile(asked, new ProfileOptions { Encoding = encoding });
        byte[] buffer = [];
        switch (value.Storage)
        {
            case StorageClass.Integer: profile.AddInteger((long)value.Value!, 1); break;
            case StorageClass.Real: profile.AddReal((double)value.Value!, 1); break;
            case StorageClass.Blob: profile.AddBlob(value.Bytes.Length, 1); break;
            case StorageClass.Text when encoding == TextEncoding.Utf8: profile.AddText(value.Bytes, 1); break;
            case StorageClass.Text when Utf16ToUtf8.TryConvert(value.Bytes, encoding == TextEncoding.Utf16BigEndian, ref buffer, out var utf8): profile.AddText(utf8, 1); break;
            case StorageClass.Text: profile.AddInvalidText(value.Bytes.Length, 1); break;
            default: profile.AddNull(1); break;
        }
        return MappingFit.Fits(Type, Mapping, new ColumnToChoose("t", Declared, Strict: false, profile), Assert.Single(profile.Groups));
    }

    public override string ToString() => $"{Declared} {Mapping} {Type}";
}

/// <summary>Every mapping to every type, in columns of every affinity. Julian days are not here: they have tests of their own.</summary>
internal static class MappingCases
{
    private static readonly string[] Affinities = ["INTEGER", "NUMERIC", "REAL", "TEXT", "BLOB"];

    public static IReadOnlyList<MappingCase> All { get; } = [.. Numbers(), .. Texts(), .. Times()];

    private static IEnumerable<MappingCase> Numbers()
    {
        foreach (var declared in Affinities)
        {
            foreach (var type in (TypeName[])[TypeName.Bigint, TypeName.Integer, TypeName.Smallint]) yield return Of(declared, MappingKind.Integer, new TargetType(type));
            yield return Of(declared, MappingKind.Real, TargetType.DoublePrecision);
            yield return Of(declared, MappingKind.Number, TargetType.Numeric);
            foreach (var (precision, scale) in ((int, int)[])[(1, 0), (2, 2), (10, 2), (8, 8), (15, 4), (18, 0), (18, 2), (19, 0), (20, 1), (30, 25), (1000, 400), (1000, 1000)])
                yield return Of(declared, MappingKind.Number, new TargetType(TypeName.Numeric, Precision: precision, Scale: scale));
            yield return Of(declared, MappingKind.Number, new TargetType(TypeName.Numeric, Precision: 5));
            yield return Of(declared, MappingKind.NumberAsDouble, TargetType.DoublePrecision);
            yield return Of(declared, MappingKind.BooleanInteger, TargetType.Boolean);
            yield return Of(declared, MappingKind.Blob, TargetType.Bytea);
            yield return Of(declared, MappingKind.UuidBlob, TargetType.Uuid);
        }
    }

    private static IEnumerable<MappingCase> Texts()
    {
        foreach (var declared in Affinities)
        {
            foreach (var type in (TargetType[])[TargetType.Text, new(TypeName.Varchar), new(TypeName.Varchar, Length: 5), new(TypeName.Varchar, Length: 25), new(TypeName.Varchar, Length: 40)])
            {
                yield return Of(declared, MappingKind.Text, type);
                yield return Of(declared, MappingKind.AnyText, type);
            }
        }
        yield return Of("TEXT", MappingKind.Text, new TargetType(TypeName.Json));
        yield return Of("TEXT", MappingKind.DecimalText, TargetType.Numeric);
        yield return Of("TEXT", MappingKind.DecimalText, new TargetType(TypeName.Numeric, Precision: 10, Scale: 2));
        foreach (var (no, yes) in BooleanWords.Pairs) yield return new MappingCase("TEXT", new ValueMapping(MappingKind.BooleanText) { FalseWord = no, TrueWord = yes }, TargetType.Boolean);
        foreach (var form in Enum.GetValues<UuidForm>()) yield return new MappingCase("TEXT", new ValueMapping(MappingKind.UuidText) { UuidForm = form }, TargetType.Uuid);
        foreach (var kind in (MappingKind[])[MappingKind.Text, MappingKind.Integer, MappingKind.DateText])
            yield return new MappingCase("TEXT", new ValueMapping(kind) { EmptyIsNull = true }, kind switch { MappingKind.Text => TargetType.Text, MappingKind.Integer => TargetType.Bigint, _ => TargetType.Date });
    }

    private static IEnumerable<MappingCase> Times()
    {
        yield return Of("TEXT", MappingKind.DateText, TargetType.Date);
        foreach (var precision in (int?[])[null, 0, 3, 6])
        {
            foreach (var fraction in Enum.GetValues<FractionForm>())
            {
                yield return new MappingCase("TEXT", new ValueMapping(MappingKind.TimeText) { Fraction = fraction }, TargetType.Time with { Precision = precision });
                foreach (var zone in Enum.GetValues<ZoneForm>())
                {
                    var type = (zone == ZoneForm.None ? TargetType.Timestamp : TargetType.Timestamptz) with { Precision = precision };
                    foreach (var separator in " T") yield return new MappingCase("TEXT", new ValueMapping(MappingKind.TimestampText) { Separator = separator, Fraction = fraction, Zone = zone }, type);
                }
            }
            yield return Of("INTEGER", MappingKind.UnixSeconds, TargetType.Timestamptz with { Precision = precision });
            yield return Of("INTEGER", MappingKind.UnixMilliseconds, TargetType.Timestamp with { Precision = precision });
        }
    }

    private static MappingCase Of(string declared, MappingKind kind, TargetType type) => new(declared, new ValueMapping(kind), type);
}
