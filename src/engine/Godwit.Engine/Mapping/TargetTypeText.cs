using System.Globalization;
using System.Text.RegularExpressions;
using Godwit.Model.Values;

namespace Godwit.Engine.Mapping;

/// <summary>Reads a type as a mapping file writes it: <c>bigint</c>, <c>numeric(10,2)</c>, <c>timestamp(3)</c>, PostgreSQL's usual other names included.</summary>
public static partial class TargetTypeText
{
    private static readonly Dictionary<string, TypeName> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["bigint"] = TypeName.Bigint,
        ["int8"] = TypeName.Bigint,
        ["integer"] = TypeName.Integer,
        ["int"] = TypeName.Integer,
        ["int4"] = TypeName.Integer,
        ["smallint"] = TypeName.Smallint,
        ["int2"] = TypeName.Smallint,
        ["double precision"] = TypeName.DoublePrecision,
        ["float8"] = TypeName.DoublePrecision,
        ["numeric"] = TypeName.Numeric,
        ["decimal"] = TypeName.Numeric,
        ["boolean"] = TypeName.Boolean,
        ["bool"] = TypeName.Boolean,
        ["text"] = TypeName.Text,
        ["varchar"] = TypeName.Varchar,
        ["character varying"] = TypeName.Varchar,
        ["bytea"] = TypeName.Bytea,
        ["uuid"] = TypeName.Uuid,
        ["date"] = TypeName.Date,
        ["time"] = TypeName.Time,
        ["timestamp"] = TypeName.Timestamp,
        ["timestamptz"] = TypeName.Timestamptz,
        ["json"] = TypeName.Json,
    };

    /// <summary>Every name, for messages.</summary>
    public static string KnownNames { get; } =
        "bigint, integer, smallint, double precision, numeric, numeric(p,s), boolean, text, varchar(n), bytea, uuid, date, time, timestamp, timestamptz, json";

    public static bool TryRead(string text, out TargetType type)
    {
        type = TargetType.Text;
        var match = Pattern().Match(text);
        if (!match.Success || !Names.TryGetValue(Blanks().Replace(match.Groups["name"].Value, " "), out var name)) return false;
        int? first = ToNumber(match.Groups["first"]), second = ToNumber(match.Groups["second"]);
        type = new TargetType(name);
        if (first is null) return true;
        switch (name)
        {
            case TypeName.Varchar when second is null && first is >= 1 and <= 10_485_760:
                type = type with { Length = first };
                return true;
            case TypeName.Numeric when first is >= 1 and <= 1000 && (second ?? 0) <= first:
                type = type with { Precision = first, Scale = second ?? 0 };
                return true;
            case TypeName.Time or TypeName.Timestamp or TypeName.Timestamptz when second is null && first is >= 0 and <= 6:
                type = type with { Precision = first };
                return true;
            default:
                return false;
        }
    }

    private static int? ToNumber(Group group) =>
        !group.Success ? null : int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    [GeneratedRegex(@"^\s*(?<name>[A-Za-z0-9]+(\s+[A-Za-z]+)?)\s*(\(\s*(?<first>[0-9]+)\s*(,\s*(?<second>[0-9]+)\s*)?\))?\s*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Blanks();
}
