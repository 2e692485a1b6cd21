using Godwit.Model.Values;

namespace Godwit.Sqlite.Profiling;

/// <summary>A column that is to be profiled, and what to look for in it. The defaults are enough to choose a type that holds every value.</summary>
public sealed record ColumnToProfile(string Name, Affinity Affinity)
{
    /// <summary>Keep looking for shapes of text and Julian days though no shape is common to all values: counts and rows of what does not fit are then exact.</summary>
    public bool TrackShapes { get; init; }

    /// <summary>Look which texts are JSON.</summary>
    public bool TrackJson { get; init; }

    /// <summary>Digits of the <c>numeric(p,s)</c> that the numbers should fit, 1-1000; null to not look.</summary>
    public int? Precision { get; init; }

    /// <summary>Digits after the point, 0 to <see cref="Precision"/>.</summary>
    public int Scale { get; init; }

    /// <summary>What is read in place of the column; null for the column itself.</summary>
    public string? Sql { get; init; }

    /// <summary>Characters that the texts should have at most; null to not look.</summary>
    public int? Length { get; init; }
}
