using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Godwit.Bench.Moves;
using Npgsql;

namespace Godwit.Bench.Live;

/// <summary>An application goes on over the whole of copy, switch, return, second switch and end; another process then replays what it was told was done.</summary>
internal sealed class LiveBench(LiveBenchOptions options)
{
    private const string Runbook = """
        godwit: 1
        name: ledger
        target: {env: DATABASE_URL}
        sources: {old: OLD}
        phases:
          backfill:
            steps:
              - {id: ledger, move: {source: old, live: trueSHARE}}
          switch:
            steps:
              - {id: over, cutover: {move: ledger, limit: 30s}}
          contract:
            steps:
              - {id: end, release: ledger, irreversible: the old side is kept up no longer}

        """;

    public static readonly IReadOnlyList<string> Pairs = ["sqlite-postgres", "postgres-postgres"];

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static int Run(LiveBenchOptions options)
    {
        var bench = new LiveBench(options);
        var pairs = options.Overhead ? [] : Pairs.Where(p => options.Pair is null || p == options.Pair).Select(bench.Measure).ToList();
        var document = options.Overhead ? new { overhead = (OverheadFigures?)new OverheadBench(options).Run(), pairs } : new { overhead = (OverheadFigures?)null, pairs };
        if (options.Json) Console.WriteLine(JsonSerializer.Serialize(document, s_json));
        else
        {
            foreach (var pair in pairs) LiveReport.Print(pair, Console.Out);
            if (document.overhead is { } overhead) LiveReport.Print(overhead, Console.Out);
        }
        return pairs.TrueForAll(p => p.Holds) ? 0 : 3;
    }

    /// <summary>The connection of an application, to what `godwit dev` gives a URL of.</summary>
    public static string ConnectionOf(string url, string password)
    {
        var parsed = new Uri(url);
        return new NpgsqlConnectionStringBuilder
        {
            Host = parsed.Host, Port = parsed.Port, Username = parsed.UserInfo, Password = password, Database = parsed.AbsolutePath.TrimStart('/'), SslMode = SslMode.Disable, Timeout = 60, CommandTimeout = 60,
        }.ConnectionString;
    }

    private LiveFigures Measure(string pair)
    {
        var folder = Path.Combine(options.Folder, "live");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        Say($"{pair}: making the ledger");
        var fromPostgres = pair != Pairs[0];
        var source = Path.Combine(folder, "ledger.sqlite");
        if (!fromPostgres) LedgerSchema.Write(source, options.Rows);
        var server = new Server(options.Godwit, options.Server ?? Path.Combine(options.Folder, "postgres"));
        var url = server.Fresh("bench_live");
        var runbook = Path.Combine(folder, "runbook.yaml");
        var share = options.Share is { } given ? string.Create(CultureInfo.InvariantCulture, $", share: {given}") : "";
        File.WriteAllText(runbook, Runbook.Replace("SHARE", share, StringComparison.Ordinal).Replace("OLD", fromPostgres ? "{env: SOURCE_URL}" : "{path: ledger.sqlite}", StringComparison.Ordinal));
        var environment = new Dictionary<string, string>(server.Environment, StringComparer.Ordinal) { ["DATABASE_URL"] = url, ["GODWIT_HOME"] = Path.Combine(folder, "home") };
        if (fromPostgres)
        {
            environment["SOURCE_URL"] = server.Fresh("bench_live_old");
            source = ConnectionOf(environment["SOURCE_URL"], environment["PGPASSWORD"]);
            LedgerSchema.WritePostgres(source, options.Rows);
        }
        var settings = new LedgerSettings(source, ConnectionOf(url, environment["PGPASSWORD"]), folder, options.Rate, options.Writers) { FromPostgres = fromPostgres };

        using var application = LedgerProcess.Start(settings);
        using var snapshots = new LedgerSnapshots(settings);
        snapshots.Start();
        // What is compiled and cached at first belongs to neither.
        Wait(2);
        Say($"{options.Seconds:0} s before anything");
        var before = Stopwatch.GetTimestamp();
        Wait(options.Seconds);
        Say("godwit run");
        var run = Must(0, "run", runbook);
        var switched = SwitchOf(run, "run");
        snapshots.BothSides = true;
        Wait(options.Seconds / 2);
        Say("godwit rollback");
        var back = Must(6, "rollback", runbook, "--to", "backfill");
        Wait(options.Seconds / 2);
        Say("godwit resume");
        var again = Must(0, "resume", runbook);
        var switchedAgain = SwitchOf(again, "resume");
        Wait(options.Seconds / 2);
        Say("godwit finish");
        Must(0, "finish", runbook, "--early", "the benchmark is over");
        Wait(2);
        snapshots.Stop();
        var counts = application.Stop();
        Say("replaying the log");
        var verdict = LedgerProcess.Replay(settings);
        var latencies = new Latencies(Sample.ReadAll(settings.Samples));
        if (!options.Keep) server.Drop("bench_live");
        if (!options.Keep && fromPostgres) server.Drop("bench_live_old");
        if (!options.Keep) Directory.Delete(folder, recursive: true);

        var pauses = new[] { latencies.Pause(switched, run.Ended), latencies.Pause(back.Began, back.Ended), latencies.Pause(switchedAgain, again.Ended) };
        var (p99Before, p99During) = (latencies.P99(before, run.Began), latencies.P99(run.Began, switched));
        return new LiveFigures
        {
            Pair = pair, Rows = options.Rows, Rate = options.Rate, Writers = options.Writers,
            Acknowledged = verdict.Acknowledged, Lost = verdict.Lost + Math.Abs(counts.Acknowledged - verdict.Acknowledged), Duplicated = verdict.Duplicated, AccountsUnbalanced = verdict.Unbalanced,
            Failed = counts.Failed, Retried = counts.Refused, Reads = counts.Reads, Faults = snapshots.Fault is { } unseen ? [.. counts.Faults, $"a look at the money: {unseen}"] : counts.Faults, Snapshots = snapshots.Taken, SnapshotsWrong = snapshots.Wrong,
            WritePauseMs = pauses.Max(Latencies.Milliseconds), WritePausesMs = [.. pauses.Select(Latencies.Milliseconds)], WritePauseP99Ms = latencies.P99Of(pauses),
            P99BeforeMs = p99Before, P99DuringMs = p99During, P99Ratio = p99During / p99Before,
            CopySeconds = Stopwatch.GetElapsedTime(run.Began, switched).TotalSeconds, RollbackSeconds = back.Seconds,
        };

        CommandTimes Must(int exitCode, params IReadOnlyList<string> arguments) => GodwitCommand.Must(options.Godwit, environment, exitCode, arguments);

        void Wait(double seconds)
        {
            using var never = new ManualResetEvent(false);
            never.WaitOne(TimeSpan.FromSeconds(seconds));
            if (application.HasExited) throw new BenchException("the application has ended");
        }
    }

    /// <summary>Without it the figures of the copy would be those of copy and switch, and nobody would see it.</summary>
    private static long SwitchOf(CommandTimes command, string name) => command.Switch ?? throw new BenchException($"godwit {name} did not say when it came to the phase `switch`");

    private static void Say(string what) => Console.Error.WriteLine($"-- {what}");
}
