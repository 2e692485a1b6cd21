namespace Godwit.Engine.Figures;

/// <summary>What one look at a figure brought.</summary>
/// <param name="Number">The number; null when there is none.</param>
/// <param name="Why">Why there is none, in a few words: no row's value, no secret.</param>
/// <param name="Failed">The probe did not go as it had to, whether it brought a number or not.</param>
public readonly record struct FigureReading(decimal? Number, string? Why, bool Failed)
{
    public static FigureReading Of(decimal number, bool failed = false) => new(number, null, failed);

    public static FigureReading None(string why) => new(null, why, Failed: true);
}
