using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godwit.Engine.Backfill;

/// <summary>
/// What a backfill remembers: it commits with the rows it counts. <see cref="After"/> is the only thing in it that comes from a row, and only
/// while a pass is under way; without it nobody could go on.
/// </summary>
internal sealed record BackfillState
{
    public int Format { get; init; } = 1;

    public bool Undoing { get; init; }

    public bool Finished { get; init; }

    public int Pass { get; init; } = 1;

    /// <summary>The last key that was dealt with.</summary>
    public IReadOnlyList<string>? After { get; init; }

    /// <summary>Rows dealt with in this pass.</summary>
    public long Done { get; init; }

    /// <summary>Rows written in this pass.</summary>
    public long WrittenInPass { get; init; }

    /// <summary>Rows written in all passes.</summary>
    public long Written { get; init; }

    public long? Total { get; init; }

    /// <summary>Of <see cref="RowDigest"/>, in hexadecimal.</summary>
    public required string DigestKey { get; init; }

    /// <summary>Rows of this pass that could not be written.</summary>
    public IReadOnlyList<FailedRow> Failed { get; init; } = [];

    /// <summary>How far a verification is that nothing has failed in; null when there is none under way.</summary>
    public VerifiedPart? Verifying { get; init; }

    public static BackfillState Begin(bool undoing, long? total) => new() { Undoing = undoing, Total = total, DigestKey = RandomNumberGenerator.GetHexString(64, lowercase: true) };

    /// <exception cref="InvalidDataException">A newer program wrote it.</exception>
    public static BackfillState? Read(string? text)
    {
        if (text is null) return null;
        var state = JsonSerializer.Deserialize(text, BackfillJson.Default.BackfillState);
        return state is null or { Format: 1 } ? state : throw new InvalidDataException($"the backfill's progress is of format {state.Format}, which this program does not know");
    }

    public string Write() => JsonSerializer.Serialize(this, BackfillJson.Default.BackfillState);
}

/// <param name="After">The last key that was compared; null before the first.</param>
/// <param name="Rows">Rows compared.</param>
/// <param name="Seen">How many of each outcome.</param>
internal sealed record VerifiedPart(IReadOnlyList<string>? After, long Rows, IReadOnlyDictionary<string, long> Seen)
{
    public const string Right = "right", Excused = "failed and recorded", Missing = "missing", Different = "different", NotComputable = "not computable", Changing = "changing", Former = "under a former key";

    /// <summary>The first rows that are not right, by their digests, with the reason where there is one.</summary>
    public IReadOnlyList<FailedRow>? Named { get; init; }

    public static VerifiedPart None { get; } = new(null, 0, new Dictionary<string, long>(StringComparer.Ordinal));

    public long Count(string outcome) => Seen.GetValueOrDefault(outcome);
}

/// <param name="Digest">Of its key.</param>
/// <param name="Reason">An SQLSTATE, or what a transform says; nothing of the row.</param>
public sealed record FailedRow(string Digest, string Reason);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BackfillState))]
internal sealed partial class BackfillJson : JsonSerializerContext;
