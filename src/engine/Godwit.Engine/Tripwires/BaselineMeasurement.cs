using Godwit.Engine.Figures;

namespace Godwit.Engine.Tripwires;

/// <summary>Looks at a figure for a while before anything has changed, and makes one number of it as the tripwire does.</summary>
internal sealed class BaselineMeasurement(WatchedTripwire watched, TimeProvider time)
{
    /// <summary>However long there is between two looks otherwise: of one look nobody knows what is usual.</summary>
    private const int Looks = 5;

    public async Task<(decimal? Value, int Looks, string? Why)> MeasureAsync(CancellationToken cancellation)
    {
        var tripwire = watched.Tripwire;
        var every = tripwire.BaselineFor / Looks;
        if (tripwire.Every < every) every = tripwire.Every;
        var began = time.GetTimestamp();
        var numbers = new List<decimal>();
        var (looks, failed) = (0, 0);
        string? why = null;
        do
        {
            var asked = time.GetTimestamp();
            var reading = await watched.ProbeAsync(tripwire.Source.Limit, cancellation);
            looks++;
            if (reading.Failed) failed++;
            if (reading.Number is { } number) numbers.Add(number);
            else why = reading.Why;
            var left = tripwire.BaselineFor - time.GetElapsedTime(began);
            var wait = every - time.GetElapsedTime(asked);
            if (wait > left) wait = left;
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellation);
        }
        while (time.GetElapsedTime(began) < tripwire.BaselineFor);
        try
        {
            return (Make(tripwire, numbers, looks, failed, time.GetElapsedTime(began)), numbers.Count, why ?? "no number");
        }
        catch (OverflowException)
        {
            return (null, numbers.Count, "it is too large to reckon with");
        }
    }

    private static decimal? Make(Tripwire tripwire, List<decimal> numbers, int looks, int failed, TimeSpan over) => tripwire.Aggregate switch
    {
        SampleWindow.Failed => decimal.Round((decimal)failed / looks, 6),
        // A sum grows with the time: it is taken for as long as the window is.
        SampleWindow.Sum when numbers.Count > 0 && over > TimeSpan.Zero => decimal.Round(numbers.Sum() * (decimal)(tripwire.Window / over), 6),
        var aggregate => SampleWindow.Make(aggregate, numbers, over) is { } made ? decimal.Round(made, 6) : null,
    };
}
