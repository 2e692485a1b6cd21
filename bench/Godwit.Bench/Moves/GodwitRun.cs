using System.Text.Json;
using Godwit.Bench.Timing;

namespace Godwit.Bench.Moves;

/// <summary>One run of godwit, and what its JSON says of it.</summary>
internal sealed class GodwitRun(Measurement measurement, JsonElement document)
{
    public Measurement Measurement => measurement;

    /// <summary>Seconds of <c>profile</c>, <c>copy</c>, <c>index</c> or <c>verify</c>.</summary>
    public double? Phase(string name) => Number("phases", name);

    /// <summary>Processor seconds of a phase, where godwit tells them.</summary>
    public double? Processor(string phase) => Number("processor", phase);

    public static GodwitRun Must(Server server, MoveBenchOptions options, string command, string file, string url, params string[] more)
    {
        var run = TimedProcess.Must(options.Folder, server.Environment, Path.GetFullPath(options.Godwit),
            [command, "--from", Path.GetFullPath(file), "--to", url, "--json", "--jobs", $"{options.Jobs}", "--certificate", Path.Combine(options.Folder, "certificate.json"), .. more]);
        return new GodwitRun(run, JsonDocument.Parse(run.Output).RootElement);
    }

    private double? Number(string group, string name) =>
        document.TryGetProperty(group, out var values) && values.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
