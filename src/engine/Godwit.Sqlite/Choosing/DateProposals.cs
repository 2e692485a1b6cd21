using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Choosing;

/// <summary>Columns declared as dates and times. A text without a zone becomes timestamp and one with a zone of zero timestamptz, so nothing is ever shifted.</summary>
internal static class DateProposals
{
    private const long Year1900 = -2_208_988_800;

    public static IEnumerable<Proposal> OfDate(string declared, Evidence evidence, Convention convention) =>
        [DateText(declared), .. Timestamps(declared, convention, zonesFirst: false), .. UnixTimes(declared, evidence, convention), .. JulianDay(declared, evidence)];

    public static IEnumerable<Proposal> OfDateTime(TypeDeclaration declaration, string declared, Evidence evidence, Convention convention)
    {
        var zonesFirst = declaration.Words is "TIMESTAMPTZ" or "DATETIMEOFFSET" or "TIMESTAMP WITH TIME ZONE" or "TIMESTAMP WITH LOCAL TIME ZONE";
        var unix = UnixTimes(declared, evidence, convention);
        IEnumerable<Proposal> texts = [.. Timestamps(declared, convention, zonesFirst), DateText(declared)];
        return [.. convention == Convention.Prisma ? unix.Concat(texts) : texts.Concat(unix), .. JulianDay(declared, evidence)];
    }

    public static IEnumerable<Proposal> OfTime(string declared, Convention convention) =>
        [.. Times(declared, convention), .. Timestamps(declared, convention, zonesFirst: false)];

    public static Proposal DateText(string declared) =>
        new(TargetType.Date, new ValueMapping(MappingKind.DateText), $"{declared}, stored as text YYYY-MM-DD");

    public static IEnumerable<Proposal> Times(string declared, Convention convention) => Fractions(convention).Select(fraction =>
    {
        var mapping = new ValueMapping(MappingKind.TimeText) { Fraction = fraction };
        return new Proposal(TargetType.Time, mapping, $"{declared}, stored as text {MappingForms.Describe(mapping)}");
    });

    /// <summary>Every form of timestamp text. At most a few fit any value; which of them comes first decides for columns without values.</summary>
    public static IEnumerable<Proposal> Timestamps(string declared, Convention convention, bool zonesFirst)
    {
        ZoneForm[] zones = zonesFirst
            ? [ZoneForm.PlusZero, ZoneForm.Z, ZoneForm.PlusZeroShort, ZoneForm.None]
            : [ZoneForm.None, ZoneForm.PlusZero, ZoneForm.Z, ZoneForm.PlusZeroShort];
        foreach (var zone in zones)
        {
            foreach (var fraction in Fractions(convention))
            {
                foreach (var separator in " T")
                {
                    var mapping = new ValueMapping(MappingKind.TimestampText) { Separator = separator, Fraction = fraction, Zone = zone };
                    var type = zone == ZoneForm.None ? TargetType.Timestamp : TargetType.Timestamptz;
                    if (convention == Convention.Prisma && fraction is FractionForm.None or FractionForm.Three) type = type with { Precision = 3 };
                    yield return new Proposal(type, mapping, $"{declared}, stored as text {MappingForms.Describe(mapping)}");
                }
            }
        }
    }

    private static FractionForm[] Fractions(Convention convention) => convention switch
    {
        Convention.EntityFrameworkCore => [FractionForm.Trimmed, FractionForm.None, FractionForm.Three, FractionForm.Six, FractionForm.OptionalSix, FractionForm.Minutes],
        Convention.Django => [FractionForm.OptionalSix, FractionForm.None, FractionForm.Six, FractionForm.Three, FractionForm.Trimmed, FractionForm.Minutes],
        Convention.Rails => [FractionForm.Six, FractionForm.None, FractionForm.OptionalSix, FractionForm.Three, FractionForm.Trimmed, FractionForm.Minutes],
        _ => [FractionForm.None, FractionForm.Three, FractionForm.Six, FractionForm.OptionalSix, FractionForm.Trimmed, FractionForm.Minutes],
    };

    /// <summary>
    /// Integers are seconds or milliseconds only where their range leaves no doubt: a DATE's text '20190101' is the integer 20190101 in SQLite, and a
    /// year is one too. Prisma always writes milliseconds.
    /// </summary>
    private static IEnumerable<Proposal> UnixTimes(string declared, Evidence evidence, Convention convention)
    {
        if (convention == Convention.Prisma)
        {
            yield return new Proposal(TargetType.Timestamp with { Precision = 3 }, new ValueMapping(MappingKind.UnixMilliseconds), $"{declared}, Prisma's milliseconds since 1970 (UTC)");
            yield break;
        }
        var seconds = evidence.Has(StorageClass.Integer, IntegerTraits.LikelySeconds);
        var milliseconds = evidence.Has(StorageClass.Integer, IntegerTraits.LikelyMilliseconds);
        if (seconds && !milliseconds && evidence.MinInteger >= Year1900)
            yield return new Proposal(TargetType.Timestamptz, new ValueMapping(MappingKind.UnixSeconds), $"{declared}, integers in the range of seconds since 1970");
        if (milliseconds && !seconds && evidence.MinInteger >= Year1900 * 1000)
            yield return new Proposal(TargetType.Timestamptz, new ValueMapping(MappingKind.UnixMilliseconds), $"{declared}, integers in the range of milliseconds since 1970");
    }

    private static IEnumerable<Proposal> JulianDay(string declared, Evidence evidence) =>
        evidence.Has(StorageClass.Real, RealTraits.JulianDay)
            ? [new Proposal(TargetType.Timestamp, new ValueMapping(MappingKind.JulianDay), $"{declared}, reals in the range of Julian days")]
            : [];
}
