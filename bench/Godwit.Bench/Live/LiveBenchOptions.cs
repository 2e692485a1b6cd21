using System.Globalization;

namespace Godwit.Bench.Live;

/// <summary>Options of <c>bench/live</c>, which explains them.</summary>
internal sealed record LiveBenchOptions
{
    public int Rows { get; private init; } = 1_000_000;

    public double Seconds { get; private init; } = 15;

    public int Rate { get; private init; } = 1000;

    public int Writers { get; private init; } = 8;

    /// <summary>The step's own; null leaves it to Godwit.</summary>
    public int? Share { get; private init; }

    public bool Keep { get; private init; }

    public bool Json { get; private init; }

    public bool Overhead { get; private init; }

    public string Folder { get; private init; } = Path.Combine("bench", ".local");

    /// <summary>The only pair of stores; null is each in turn.</summary>
    public string? Pair { get; private init; }

    /// <summary>Where the PostgreSQL server is; null is below <see cref="Folder"/>.</summary>
    public string? Server { get; private init; }

    public string Godwit { get; private init; } = "./godwit";

    public static LiveBenchOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new LiveBenchOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            var flagged = arguments[i] switch
            {
                "--keep" => options with { Keep = true },
                "--json" => options with { Json = true },
                "--overhead" => options with { Overhead = true },
                _ => null,
            };
            if (flagged is not null)
            {
                options = flagged;
                continue;
            }
            if (i + 1 == arguments.Length) throw new BenchException($"{arguments[i]} needs a value");
            var (name, value) = (arguments[i], arguments[++i]);
            options = name switch
            {
                "--rows" => options with { Rows = int.Parse(value, CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = double.Parse(value, CultureInfo.InvariantCulture) },
                "--rate" => options with { Rate = int.Parse(value, CultureInfo.InvariantCulture) },
                "--writers" => options with { Writers = int.Parse(value, CultureInfo.InvariantCulture) },
                "--share" => options with { Share = int.Parse(value, CultureInfo.InvariantCulture) },
                "--folder" => options with { Folder = Path.GetFullPath(value) },
                "--server" => options with { Server = Path.GetFullPath(value) },
                "--pair" => options with { Pair = LiveBench.Pairs.Contains(value) ? value : throw new BenchException($"no such pair: {value}; there is {string.Join(" and ", LiveBench.Pairs)}") },
                "--godwit" => options with { Godwit = value },
                _ => throw new BenchException($"no such option: {name}"),
            };
        }
        return options;
    }
}
