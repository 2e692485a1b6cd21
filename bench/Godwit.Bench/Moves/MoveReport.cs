using Godwit.Bench.Timing;

namespace Godwit.Bench.Moves;

/// <summary>One Markdown table: both medians, their ratio, and the bar.</summary>
internal sealed class MoveReport(MoveBenchOptions options)
{
    private const string None = "-";
    private readonly List<string> _rows = [];
    private readonly List<string> _notes = [];

    public void Add(Dataset data, Samples samples, string? noPgloader)
    {
        var (rows, megabytes) = (data.Rows, data.Bytes / 1e6);
        _notes.Add($"{data.Name}: {rows:N0} rows, {megabytes:N0} MB, {data.Tables.Count} tables.");
        var copy = samples.Median("move copy");
        var psql = samples.Median("psql wall");
        if (data.Name == "narrow") Row("copy phase, narrow, rows/s", rows / copy, "psql COPY BINARY from files", rows / psql, copy, psql, inverse: true, "at least 0.85", "N0");
        else Row("copy phase, wide, MB/s", megabytes / copy, "psql COPY BINARY from files", megabytes / psql, copy, psql, inverse: true, "at least 0.85", "N1");
        var (wide, narrow) = (data.Name == "wide", data.Name == "narrow");
        var peer = noPgloader is null ? "pgloader" : $"pgloader ({noPgloader})";
        Ratio($"whole move, {data.Name}, wall s", samples, "move wall", peer, "pgloader wall", wide ? "at most 0.2" : None);
        Ratio($"whole move, {data.Name}, processor s", samples, "move processor", peer, "pgloader processor", narrow ? "at most 0.1" : None);
        if (narrow)
        {
            var processor = double.IsNaN(samples.Median("move copy processor")) ? samples.Median("move processor") : samples.Median("move copy processor");
            var scope = double.IsNaN(samples.Median("move copy processor")) ? "whole move" : "copy phase";
            Row($"client processor a narrow row, {scope}, µs", processor / rows * 1e6, "psql COPY BINARY from files", samples.Median("psql processor") / rows * 1e6,
                processor, samples.Median("psql processor"), inverse: false, "at most 0.3 µs", "0.00");
        }

        var allowed = 64.0 * 1024 * 1024 + options.Jobs * data.LargestValue;
        Row($"peak resident memory, {data.Name}, MB", samples.Largest("move memory") / 1e6, $"64 MiB + {options.Jobs} jobs x {data.LargestValue} bytes", allowed / 1e6,
            samples.Largest("move memory"), allowed, inverse: false, "at most 1", "N1");
        Ratio($"copy phase with row hashes, {data.Name}, s", samples, "move copy", "without hashes", "no hash copy", "at most 1.1");
        Ratio($"verify alone, {data.Name}, wall s", samples, "verify wall", "one scan of both sides", "scan wall", "at most 1.5");
        Ratio($"verify alone, {data.Name}, processor s", samples, "verify processor", "one scan of both sides", "scan processor", None);
    }

    public void Print(TextWriter output, string server)
    {
        output.WriteLine($"PostgreSQL {server}, {Environment.ProcessorCount} cores, scale {options.Scale}, {options.Runs} rounds, {options.Jobs} jobs; medians, memory the largest.");
        foreach (var note in _notes) output.WriteLine(note);
        output.WriteLine($"psql copies file after file into tables without keys; pgloader runs with prefetch rows = {MoveBench.PgloaderRows} and maps REAL to real, which keeps half the digits.");
        output.WriteLine();
        output.WriteLine("| what | godwit | against | | ratio | bar |");
        output.WriteLine("|---|---:|---|---:|---:|---|");
        foreach (var row in _rows) output.WriteLine(row);
    }

    private void Ratio(string what, Samples samples, string own, string against, string theirs, string bar) =>
        Row(what, samples.Median(own), against, samples.Median(theirs), samples.Median(own), samples.Median(theirs), inverse: false, bar, "0.00");

    private void Row(string what, double own, string against, double theirs, double ownSeconds, double theirSeconds, bool inverse, string bar, string format) =>
        _rows.Add($"| {what} | {Show(own, format)} | {against} | {Show(theirs, format)} | {Show(inverse ? theirSeconds / ownSeconds : ownSeconds / theirSeconds, "0.00")} | {bar} |");

    private static string Show(double value, string format) => double.IsFinite(value) ? value.ToString(format, System.Globalization.CultureInfo.InvariantCulture) : None;
}
