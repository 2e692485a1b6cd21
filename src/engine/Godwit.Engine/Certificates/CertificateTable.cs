using System.Text.Json.Serialization;
using Godwit.Engine.Moves.Keyed;
using Godwit.Model.Digests;
using Godwit.Model.Moves;

namespace Godwit.Engine.Certificates;

/// <summary>One table that was moved.</summary>
public sealed record CertificateTable
{
    /// <summary>A table with more ranges has neighbours merged until this many are left.</summary>
    public const int MostRanges = 64;

    public required string SourceName { get; init; }

    public required string TargetName { get; init; }

    /// <summary>The columns of the row image, in its order.</summary>
    public required IReadOnlyList<CertificateColumn> Columns { get; init; }

    /// <summary>Rows moved; with <see cref="Quarantined"/>, all rows of the source.</summary>
    public required long Rows { get; init; }

    public required long Quarantined { get; init; }

    /// <summary>Over the rows moved, as the source was read for verification.</summary>
    public required CertificateDigest Digest { get; init; }

    /// <summary>The target's column that the ranges cut, or null when they cut the source's hidden rowid, or do not cut.</summary>
    public required string? RangeColumn { get; init; }

    public required IReadOnlyList<CertificateRange> Ranges { get; init; }

    public required long Milliseconds { get; init; }

    /// <summary>Columns whose values are not the source's own. Null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CertificateTransform>? Transforms { get; init; }

    /// <summary>Columns of the source that the user left out, by their names there. Null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? LeftOutColumns { get; init; }

    /// <summary>Ranges for a certificate: as they are up to <see cref="MostRanges"/>, else neighbours merged. Digests add, so nothing is lost but places.</summary>
    public static IReadOnlyList<CertificateRange> Merge(IReadOnlyList<(RowIdRange Range, RangeDigest Digest)> ranges)
    {
        var each = (ranges.Count + MostRanges - 1) / MostRanges;
        return ranges.Count == 0 ? [] : [.. ranges.Chunk(each).Select(Together)];
    }

    private static CertificateRange Together((RowIdRange Range, RangeDigest Digest)[] ranges)
    {
        var digest = default(RangeDigest);
        foreach (var (_, each) in ranges)
            digest.Add(each);
        return CertificateRange.From(new RowIdRange(ranges[0].Range.After, ranges[^1].Range.UpTo), digest);
    }
}

/// <param name="Name">At the target.</param>
/// <param name="Type">As PostgreSQL's <c>format_type</c> prints it.</param>
public sealed record CertificateColumn(string Name, string Type);

/// <summary>A column that a transform made.</summary>
/// <param name="Column">At the target.</param>
/// <param name="Transform">The transform's name.</param>
/// <param name="Parameters">As JSON, defaults filled in; of a secret the name of its variable.</param>
/// <param name="From">The columns of the source that it read.</param>
/// <param name="Proven">What a verified table's digest says of the column: <see cref="EqualToTransform"/> or <see cref="OpensToSource"/>.</param>
public sealed record CertificateTransform(string Column, string Transform, string Parameters, IReadOnlyList<string> From, string Proven)
{
    public const string EqualToTransform = "equal to the transform of the source";

    /// <summary>Of a column whose ciphertexts are others each time: what is digested is what they open to.</summary>
    public const string OpensToSource = "opens to the source, each value bound to its row";

    /// <summary>The purpose of the target's keys that made the values. Null of any other transform.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Keys { get; init; }

    public static CertificateTransform Of(string column, ColumnTransform transform) => new(column, transform.Kind, transform.Parameters, transform.Inputs, transform.Kind == "encrypt" ? OpensToSource : EqualToTransform)
    {
        Keys = KeyedMoves.Purposes([transform]) is [var purpose] ? purpose.Name : null,
    };

    public bool Says(string column, ColumnTransform transform) =>
        Column == column && Transform == transform.Kind && Parameters == transform.Parameters && From.SequenceEqual(transform.Inputs, StringComparer.Ordinal);
}
