namespace Godwit.Identity.Tests.Timing;

/// <summary>How well a time tells two classes apart.</summary>
internal static class Separation
{
    /// <summary>The area under the ROC curve: how probable it is that one time of the second is longer than one of the first, ties counted half (Mann and Whitney's U). 0.5 tells nothing.</summary>
    public static double Area(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var sorted = first.Order().ToArray();
        var sum = 0.0;
        foreach (var time in second)
        {
            var (below, upTo) = (LowerBound(sorted, time, orEqual: false), LowerBound(sorted, time, orEqual: true));
            sum += below + ((upTo - below) / 2.0);
        }
        return sum / ((double)first.Count * second.Count);
    }

    public static double Median(IReadOnlyList<double> times) => times.Order().ElementAt(times.Count / 2);

    /// <returns>How many are below the time, or below and equal to it.</returns>
    private static int LowerBound(double[] sorted, double time, bool orEqual)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < time || (orEqual && sorted[middle] <= time)) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
