using Godwit.Model.Values;

namespace Godwit.Sqlite.Choosing;

internal static class UuidProposals
{
    public static IEnumerable<Proposal> For(TypeDeclaration declaration, string declared, Convention convention)
    {
        foreach (var proposal in Texts(declared, convention)) yield return proposal;
        // .NET writes the first three fields of a GUID's bytes the other way round: whether it did cannot be seen, so only UUID is taken at its word.
        if (declaration.Words == "UUID") yield return Bytes($"{declared}, stored as 16 bytes");
        else yield return new Proposal(TargetType.Bytea, new ValueMapping(MappingKind.Blob), $"{declared} as BLOB, whose order of bytes is not certain; --map can make it uuid");
    }

    public static Proposal Bytes(string reason) => new(TargetType.Uuid, new ValueMapping(MappingKind.UuidBlob), reason);

    public static IEnumerable<Proposal> Texts(string declared, Convention convention)
    {
        UuidForm[] forms = convention switch
        {
            Convention.Django => [UuidForm.Hex, UuidForm.Dashed, UuidForm.DashedUpper],
            Convention.EntityFrameworkCore => [UuidForm.DashedUpper, UuidForm.Dashed, UuidForm.Hex],
            _ => [UuidForm.Dashed, UuidForm.DashedUpper, UuidForm.Hex],
        };
        return forms.Select(form => Text(form, declared));
    }

    public static Proposal Text(UuidForm form, string declared)
    {
        var mapping = new ValueMapping(MappingKind.UuidText) { UuidForm = form };
        return new Proposal(TargetType.Uuid, mapping, $"{declared}, stored as {MappingForms.Describe(mapping)}");
    }
}
