namespace Godwit.Identity.Risk;

/// <summary>What one thing about a login adds to its risk.</summary>
/// <param name="Name">One of <c>new_device</c>, <c>new_country</c>, <c>speed</c>, <c>failures</c>, <c>network</c>: stored and counted by.</param>
/// <param name="Points">What it adds.</param>
/// <param name="Why">A sentence for whoever looks at the event; it names no person and no address.</param>
internal sealed record RiskPart(string Name, int Points, string Why);

/// <summary>
/// How unlike its person a login is, from 0 to 100, with what makes it so. Computed from what the service knows itself and from files, with no service outside; what is not known adds nothing. Nothing that speaks against
/// a login lowers it.
/// </summary>
/// <param name="Points">The parts together, at most 100.</param>
/// <param name="Parts">Those that added something, in a fixed order.</param>
/// <param name="NeedsSecondFactor">Whether they reach the threshold.</param>
internal sealed record RiskScore(int Points, IReadOnlyList<RiskPart> Parts, bool NeedsSecondFactor)
{
    public const int Most = 100;

    public static RiskScore Of(LoginFacts facts, RiskRules rules)
    {
        List<RiskPart> parts = [];
        if (facts.NewDevice) Add("new_device", rules.NewDevice, "the device never logged in to this account");
        if (facts.Now?.Country is { } country && facts.KnownCountries.Count > 0 && !facts.KnownCountries.Contains(country)) Add("new_country", rules.NewCountry, $"no login came from {country} before");
        var (speed, why) = Travel.Judge(facts.Last, facts.Now, rules.Speed);
        Add("speed", speed, why);
        Add("failures", (int)Math.Min(rules.Failures, (long)rules.EachFailure * Math.Max(0, facts.RecentFailures)), $"{facts.RecentFailures} attempts failed before it");
        if (facts.Networks.Count > 0) Add("network", rules.Network, $"the address is on the list {string.Join(", ", facts.Networks.Order(StringComparer.Ordinal))}");
        var points = (int)Math.Min(Most, parts.Sum(p => (long)p.Points));
        return new(points, parts, points >= rules.SecondFactorFrom);

        void Add(string name, int value, string reason)
        {
            if (value > 0) parts.Add(new(name, value, reason));
        }
    }
}

/// <summary>The weights. Two things that are unusual ask for a second factor, one alone does not.</summary>
internal sealed record RiskRules
{
    public int NewDevice { get; init; } = 25;

    public int NewCountry { get; init; } = 25;

    /// <summary>For a way that nobody travels; less for one that is only fast.</summary>
    public int Speed { get; init; } = 40;

    /// <summary>Each, up to <see cref="Failures"/>.</summary>
    public int EachFailure { get; init; } = 3;

    public int Failures { get; init; } = 25;

    public int Network { get; init; } = 30;

    /// <summary>From how many points a second factor is asked for.</summary>
    public int SecondFactorFrom { get; init; } = 50;
}

/// <summary>What is known of a login.</summary>
internal sealed record LoginFacts
{
    public bool NewDevice { get; init; }

    /// <summary>From where and when the last full login was; null for the first.</summary>
    public Place? Last { get; init; }

    /// <summary>From where this one comes; null where nobody knows.</summary>
    public Place? Now { get; init; }

    /// <summary>Countries of former logins; none where there was none, or nobody knows.</summary>
    public IReadOnlyCollection<string> KnownCountries { get; init; } = [];

    /// <summary>Failed attempts at the account in the last day.</summary>
    public int RecentFailures { get; init; }

    /// <summary>Lists that the address is on.</summary>
    public IReadOnlyCollection<string> Networks { get; init; } = [];
}

/// <summary>Where and when somebody was.</summary>
/// <param name="At">When.</param>
/// <param name="Country">Two letters (ISO 3166-1), or null.</param>
/// <param name="Latitude">Degrees, -90 to 90, or null.</param>
/// <param name="Longitude">Degrees, -180 to 180, or null.</param>
internal sealed record Place(DateTimeOffset At, string? Country = null, double? Latitude = null, double? Longitude = null);
