using System.Globalization;

namespace Godwit.Bench.Moves;

/// <summary>Options of <c>bench/move</c>, which explains them.</summary>
internal sealed record MoveBenchOptions
{
    public double Scale { get; private init; } = 1;

    public int Runs { get; private init; } = 5;

    public int Jobs { get; private init; } = 2;

    /// <summary>Where data and server are.</summary>
    public string Folder { get; private init; } = Path.Combine("bench", ".local");

    public string Godwit { get; private init; } = "./godwit";

    /// <summary>Measures only what godwit is compared with.</summary>
    public bool PeersOnly { get; private init; }

    /// <summary>Why there is no pgloader; null when there is one.</summary>
    public string? NoPgloader { get; private init; }

    public IReadOnlyList<string> Datasets { get; private init; } = ["narrow", "wide"];

    public static MoveBenchOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new MoveBenchOptions();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (arguments[i] == "--peers-only")
            {
                options = options with { PeersOnly = true };
                i--;
                continue;
            }

            if (i + 1 == arguments.Length) throw new BenchException($"{arguments[i]} needs a value");
            var value = arguments[i + 1];
            options = arguments[i] switch
            {
                "--scale" => options with { Scale = double.Parse(value, CultureInfo.InvariantCulture) },
                "--runs" => options with { Runs = int.Parse(value) },
                "--jobs" => options with { Jobs = int.Parse(value) },
                "--folder" => options with { Folder = Path.GetFullPath(value) },
                "--godwit" => options with { Godwit = value },
                "--no-pgloader" => options with { NoPgloader = value },
                "--data" => options with { Datasets = value.Split(',') },
                _ => throw new BenchException($"no such option: {arguments[i]}"),
            };
        }

        return options;
    }
}
