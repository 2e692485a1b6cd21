namespace Godwit.Engine.Load;

/// <summary>When scenarios begin. It is a schedule: nothing that a service does moves it.</summary>
/// <param name="Rate">Scenarios begun a second, once the ramp is over.</param>
/// <param name="Duration">How long scenarios are begun, the ramp included.</param>
/// <param name="Ramp">How long the rate grows, evenly, from <paramref name="From"/>.</param>
/// <param name="From">Scenarios begun a second at first.</param>
public sealed record LoadProfile(double Rate, TimeSpan Duration, TimeSpan Ramp, double From)
{
    /// <summary>How many are begun in all.</summary>
    public long Total => (long)Math.Floor(BegunBy(Duration.TotalSeconds) + 1e-6);

    /// <summary>When one begins, counted from 0.</summary>
    public TimeSpan At(long number)
    {
        var ramp = Ramp.TotalSeconds;
        var ramped = (From + Rate) / 2 * ramp;
        if (number >= ramped) return TimeSpan.FromSeconds(ramp + ((number - ramped) / Rate));
        // The time at which the area below the growing rate is the number; written so that neither a slope of 0 nor a beginning at 0 divides by 0.
        var slope = (Rate - From) / ramp;
        return number == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(2 * number / (From + Math.Sqrt((From * From) + (2 * slope * number))));
    }

    private double BegunBy(double seconds)
    {
        var ramp = Math.Min(seconds, Ramp.TotalSeconds);
        var slope = Ramp > TimeSpan.Zero ? (Rate - From) / Ramp.TotalSeconds : 0;
        return (From * ramp) + (slope * ramp * ramp / 2) + (Rate * (seconds - ramp));
    }
}
