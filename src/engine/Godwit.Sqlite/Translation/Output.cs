using Godwit.Model.Values;

namespace Godwit.Sqlite.Translation;

/// <summary>How a value leaves a query: a comparison is 0 or 1 to SQLite, and whole numbers have 64 bits.</summary>
internal static class Output
{
    public static Value Of(Value value)
    {
        var plain = value with { CollationIsExplicit = false };
        return value.Domain switch
        {
            Domain.Null => plain with { Sql = "NULL::text", IsConstant = false },
            Domain.Boolean when value.Encoding is null => Value.Integer($"{value.Sql}::integer::bigint") with { NotNull = value.NotNull },
            Domain.Integer when value is { IsColumn: false, Encoding: null } && value.Type.Name != TypeName.Bigint || value is { IsConstant: true, Domain: Domain.Integer } =>
                plain with { Sql = $"{value.Sql}::bigint", Type = TargetType.Bigint, IsConstant = false },
            Domain.Text when value.IsConstant => plain with { Sql = $"{value.Sql}::text", IsConstant = false },
            _ => plain with { IsConstant = false },
        };
    }

    /// <summary>The column of a view or of a query in FROM.</summary>
    public static TypedColumn ToColumn(Value value, string sourceName, string targetName)
    {
        var kind = value.Domain switch
        {
            Domain.Integer => MappingKind.Integer,
            Domain.Real when value.Type.Name == TypeName.DoublePrecision => MappingKind.Real,
            Domain.Real or Domain.Number => value.Type.Name == TypeName.Numeric ? MappingKind.Number : MappingKind.NumberAsDouble,
            Domain.Blob => MappingKind.Blob,
            Domain.Mixed => MappingKind.AnyText,
            _ => MappingKind.Text,
        };
        return new TypedColumn(sourceName, targetName, value.Type, value.Encoding ?? new ValueMapping(kind), value.Affinity, value.Collation) { NotNull = value.NotNull };
    }
}
