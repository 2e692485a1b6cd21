using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Choosing;

internal static class TextProposals
{
    /// <summary>Text stays text, whatever its shape: what the application reads is a string. Only a framework's own habit says that it is more.</summary>
    public static IEnumerable<Proposal> For(ColumnToChoose column, string declared, Evidence evidence, Convention convention)
    {
        var hasValues = evidence.Has(StorageClass.Text);
        if (convention == Convention.EntityFrameworkCore && column.Declaration.Words == "TEXT" && hasValues)
        {
            foreach (var proposal in OfEntityFramework(declared)) yield return proposal;
        }
        if (convention == Convention.Django && column.Declaration is { Words: "CHAR", First: 32 })
            yield return UuidProposals.Text(UuidForm.Hex, $"{declared} in a Django database");
        yield return new Proposal(TargetType.Text, new ValueMapping(MappingKind.Text), declared + Hint(evidence));
    }

    /// <summary>https://learn.microsoft.com/dotnet/standard/data/sqlite/types: DateTime, DateTimeOffset, Guid and Decimal as TEXT.</summary>
    private static IEnumerable<Proposal> OfEntityFramework(string declared)
    {
        var why = $"{declared} in an EF Core database";
        ZoneForm[] zones = [ZoneForm.None, ZoneForm.PlusZero];
        foreach (var zone in zones)
        {
            var mapping = new ValueMapping(MappingKind.TimestampText) { Fraction = FractionForm.Trimmed, Zone = zone };
            yield return new Proposal(zone == ZoneForm.None ? TargetType.Timestamp : TargetType.Timestamptz, mapping, $"{why}, every value is {MappingForms.Describe(mapping)}");
        }
        yield return UuidProposals.Text(UuidForm.DashedUpper, why);
        yield return new Proposal(TargetType.Numeric, new ValueMapping(MappingKind.DecimalText), $"{why}, every value is a decimal as it writes them");
    }

    private static string Hint(Evidence evidence)
    {
        if (!evidence.Has(StorageClass.Text)) return "";
        var text = new Proposal(TargetType.Text, new ValueMapping(MappingKind.Text), "");
        if (!evidence.FitsAll(text)) return "";
        var shaped = DateProposals.Timestamps("", Convention.None, zonesFirst: false)
            .Prepend(DateProposals.DateText(""))
            .Concat(UuidProposals.Texts("", Convention.None))
            .Concat(BooleanProposals.Words(""))
            .FirstOrDefault(evidence.FitsAll);
        return shaped is null ? "" : $"; every value is {MappingForms.Describe(shaped.Mapping)}, so --map can make it {shaped.Type.Sql}";
    }
}
