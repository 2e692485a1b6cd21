namespace Godwit.Identity.Risk;

/// <summary>Whether somebody can have come from one place to another in the time between.</summary>
internal static class Travel
{
    /// <summary>Kilometres an hour: from the first on it is fast, at the second nobody travels (an airliner makes 900).</summary>
    public const double Fast = 500, Impossible = 1000;

    /// <summary>Kilometres that count as one place: what is known of an address is no better.</summary>
    public const double Near = 100;

    private const double EarthRadius = 6371;

    // Without coordinates: neighbours are crossed in minutes, so that a country's change alone is only suspicious.
    private static readonly TimeSpan s_soon = TimeSpan.FromHours(1), s_later = TimeSpan.FromHours(3);

    /// <returns>Points from 0 to the most, and why.</returns>
    public static (int Points, string Why) Judge(Place? last, Place? now, int most)
    {
        if (last is null || now is null) return (0, "");
        // A clock that went back makes it no slower.
        var elapsed = now.At > last.At ? now.At - last.At : TimeSpan.Zero;
        if (Distance(last, now) is { } kilometres)
        {
            if (kilometres <= Near) return (0, "");
            var speed = elapsed == TimeSpan.Zero ? double.PositiveInfinity : kilometres / elapsed.TotalHours;
            var share = Math.Clamp((speed - Fast) / (Impossible - Fast), 0, 1);
            return ((int)(most * share), $"{kilometres:F0} km from the last login {elapsed.TotalHours:F1} hours before");
        }
        if (last.Country is null || now.Country is null || last.Country == now.Country) return (0, "");
        return (elapsed < s_soon ? most / 2 : elapsed < s_later ? most / 4 : 0, $"{elapsed.TotalHours:F1} hours after a login from {last.Country}");
    }

    /// <summary>Along the surface, in kilometres; null where a coordinate is not known or is none.</summary>
    public static double? Distance(Place one, Place other)
    {
        if (one is not { Latitude: >= -90 and <= 90 and var lat1, Longitude: >= -180 and <= 180 and var lon1 } || other is not { Latitude: >= -90 and <= 90 and var lat2, Longitude: >= -180 and <= 180 and var lon2 }) return null;
        // The haversine formula, exact enough for places near each other and at the antipodes.
        double phi1 = double.DegreesToRadians(lat1), phi2 = double.DegreesToRadians(lat2), lambda = double.DegreesToRadians(lon2 - lon1);
        var half = Math.Pow(Math.Sin((phi2 - phi1) / 2), 2) + (Math.Cos(phi1) * Math.Cos(phi2) * Math.Pow(Math.Sin(lambda / 2), 2));
        return 2 * EarthRadius * Math.Asin(Math.Sqrt(Math.Clamp(half, 0, 1)));
    }
}
