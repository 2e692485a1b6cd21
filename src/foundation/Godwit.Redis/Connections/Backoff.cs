using System.Security.Cryptography;

namespace Godwit.Redis.Connections;

/// <summary>How long to wait before the next try: at random up to a bound that doubles, so that many clients do not come back at one moment.</summary>
public sealed record Backoff(TimeSpan First, TimeSpan Longest)
{
    public static readonly Backoff Default = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));

    /// <param name="failures">Tries that failed one after another; none at the first try after a connection that held.</param>
    public TimeSpan Before(int failures) => Before(failures, RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue);

    /// <param name="share">From 0 to 1: where between half of the bound and all of it.</param>
    internal TimeSpan Before(int failures, double share)
    {
        if (failures <= 0)
            return TimeSpan.Zero;
        var bound = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)));
        return TimeSpan.FromMilliseconds(bound * (0.5 + (0.5 * share)));
    }
}
