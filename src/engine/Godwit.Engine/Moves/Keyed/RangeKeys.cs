using Godwit.Security.Keyring;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>
/// The keys under which the indexes and hashes of a range were computed: kept with the range, since they can only be computed again by who knows. Encrypted values name their key themselves.
/// </summary>
/// <param name="Index">Null where the table has none.</param>
/// <param name="Pepper">Null where the table has none.</param>
internal sealed record RangeKeys(KeyId? Index, KeyId? Pepper)
{
    public static RangeKeys None { get; } = new(null, null);

    /// <summary>As it is stored: <c>index:ID pepper:ID</c>.</summary>
    public string Text => string.Join(' ', new[] { Index is { } i ? $"index:{i}" : null, Pepper is { } p ? $"pepper:{p}" : null }.OfType<string>());

    /// <exception cref="InvalidDataException">It is no such text.</exception>
    public static RangeKeys Parse(string text)
    {
        var keys = None;
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            keys = part.Split(':') switch
            {
                ["index", var id] when KeyId.TryParse(id, out var index) => keys with { Index = index },
                ["pepper", var id] when KeyId.TryParse(id, out var pepper) => keys with { Pepper = pepper },
                _ => throw new InvalidDataException("godwit.ranges names keys in a way that this version does not know"),
            };
        }
        return keys;
    }
}
