using System.Globalization;

namespace Godwit.Bench.Live;

/// <summary>Figures and bars as a Markdown table.</summary>
internal static class LiveReport
{
    public static void Print(LiveFigures figures, TextWriter output)
    {
        output.WriteLine($"{figures.Pair}: {figures.Rows:N0} rows, {figures.Rate:N0} requests/s, {figures.Writers} writers and as many readers, {Environment.ProcessorCount} cores, load {Load()}.");
        output.WriteLine();
        output.WriteLine("| what | figure | bar |");
        output.WriteLine("|---|---:|---|");
        Row(output, "acknowledged writes; reads", $"{figures.Acknowledged:N0}; {figures.Reads:N0}", "-");
        Row(output, "lost, duplicated, accounts unbalanced", $"{figures.Lost}, {figures.Duplicated}, {figures.AccountsUnbalanced}", "0, 0, 0");
        Row(output, "failed requests; told to try again", $"{figures.Failed}; {figures.Retried:N0}", "0; -");
        Row(output, "looks at all money of one moment; wrong", $"{figures.Snapshots:N0}; {figures.SnapshotsWrong}", "-; 0");
        Row(output, "write pause, longest, ms (switch, return, second switch)", $"{figures.WritePauseMs:0} ({string.Join(", ", figures.WritePausesMs.Select(p => p.ToString("0", CultureInfo.InvariantCulture)))})", "under 1,000");
        Row(output, "p99 of the writes that met one, ms", $"{figures.WritePauseP99Ms:0}", "-");
        Row(output, "p99 of all requests while it is copied and verified, ms; before; ratio", $"{figures.P99DuringMs:0.0}; {figures.P99BeforeMs:0.0}; {figures.P99Ratio:0.00}", "at most 1.2");
        Row(output, "copy and verification, s", $"{figures.CopySeconds:0.0}", "-");
        Row(output, "rollback after the switch, s", $"{figures.RollbackSeconds:0.0}", "under 60");
        foreach (var fault in figures.Faults) output.WriteLine($"failed: {fault}");
    }

    public static void Print(OverheadFigures figures, TextWriter output)
    {
        output.WriteLine($"What recording costs a writer, medians of {figures.Rounds} rounds in turn, {Environment.ProcessorCount} cores, load {Load()}.");
        output.WriteLine();
        output.WriteLine("| what | without | with | | bar |");
        output.WriteLine("|---|---:|---:|---:|---|");
        foreach (var row in figures.Sqlite) output.WriteLine($"| SQLite, {row.What}, µs a row | {row.Without:0.00} | {row.With:0.00} | +{row.With - row.Without:0.00} | {(row.IsBar ? "at most 3 more" : "-")} |");
        foreach (var row in figures.Postgres) output.WriteLine($"| PostgreSQL, {row.What}, µs a row | {row.Without:0.00} | {row.With:0.00} | {row.Ratio:0.00} | at most 2 |");
    }

    private static void Row(TextWriter output, string what, string figure, string bar) => output.WriteLine($"| {what} | {figure} | {bar} |");

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
}
