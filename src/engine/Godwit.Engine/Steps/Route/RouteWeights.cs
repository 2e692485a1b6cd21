using System.Globalization;

namespace Godwit.Engine.Steps.Route;

/// <summary>How much of the traffic goes where, in percent.</summary>
internal readonly record struct RouteWeights(int Green)
{
    public int Blue => 100 - Green;

    /// <summary>A text with the weights in place of the two words that stand for them.</summary>
    public string Fill(string text) => text
        .Replace("@blue@", Blue.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("@green@", Green.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"blue {Blue} %, green {Green} %");
}
