using Godwit.Engine.Anonymise.Masks;
using Godwit.Engine.Transforms.Masking;

namespace Godwit.Engine.Anonymise;

/// <summary>The kinds of masks, the types of columns that each can be put on, and the masks of one key.</summary>
/// <param name="key">At least 16 bytes.</param>
public sealed class MaskKinds(byte[] key)
{
    public const string Null = "null";

    /// <summary>Which holds the words of other columns.</summary>
    public const string SearchVector = "tsvector";

    private static readonly Dictionary<string, string[]> s_types = new(StringComparer.Ordinal)
    {
        ["text"] = ["text", "varchar", "bpchar", "citext", "name"],
        ["email"] = ["text", "varchar", "bpchar", "citext"],
        ["digits"] = ["text", "varchar", "bpchar", "citext"],
        ["number"] = ["int2", "int4", "int8", "numeric"],
        ["date"] = ["date", "timestamp", "timestamptz"],
        ["uuid"] = ["uuid"],
        ["ip"] = ["inet"],
        ["json"] = ["json", "jsonb"],
        ["bytes"] = ["bytea"],
        [Null] = [],
    };

    private readonly FormatPermutation _permutation = new(key);

    public static IReadOnlyList<string> Names { get; } = [.. s_types.Keys];

    /// <param name="kind">Of <see cref="Names"/>.</param>
    /// <param name="type">The column's type by its name in pg_type; of a domain the type below it.</param>
    public static bool Fits(string kind, string type) => kind == Null || s_types[kind].Contains(type, StringComparer.Ordinal);

    /// <summary>Whether a column of a type keeps what is masked so out of the table when it must not be NULL.</summary>
    public static bool FitsRequired(string kind, string type) => kind != Null || type == SearchVector;

    /// <summary>The kinds that a type can have, for whoever chose one that does not fit.</summary>
    public static IReadOnlyList<string> Of(string type) => [.. s_types.Where(k => k.Value.Contains(type, StringComparer.Ordinal)).Select(k => k.Key), Null];

    public IMask Mask(string kind, string type) => (kind, type) switch
    {
        ("email", _) => new EmailMask(_permutation),
        ("digits", _) => new DigitsMask(_permutation),
        ("number", "int2") => new NumberMask(_permutation, short.MinValue, short.MaxValue),
        ("number", "int4") => new NumberMask(_permutation, int.MinValue, int.MaxValue),
        ("number", "int8") => new NumberMask(_permutation, long.MinValue, long.MaxValue),
        ("number", _) => new NumberMask(_permutation),
        ("date", _) => new DateMask(key),
        ("uuid", _) => new UuidMask(_permutation),
        ("ip", _) => new AddressMask(_permutation),
        ("json", _) => new JsonMask(new TextMask(_permutation), new EmailMask(_permutation), new NumberMask(_permutation)),
        ("bytes", _) => new BytesMask(_permutation),
        (Null, SearchVector) => new EmptyMask(),
        (Null, _) => new NullMask(),
        _ => new TextMask(_permutation),
    };
}
