using System.Diagnostics;
using System.Globalization;
using Godwit.Bench.Timing;
using Godwit.Telemetry.Logging;

namespace Godwit.Bench.Logging;

/// <summary>What a line of the log costs one thread, masking included: a usual one, one whose words make the mask look closer, and one with something to hide. The lines go nowhere.</summary>
internal static class LogBench
{
    private const int Lines = 100_000;

    private static readonly LogEvent s_copied = new(1201, "TableCopied", LogLevel.Information, "copied {rows} rows of {table} in {took} s");

    private static readonly LogEvent s_failed = new(1202, "RequestFailed", LogLevel.Warning, "{method} {path} failed: {reason}");

    public static int Run()
    {
        var log = new SafeLog(TextWriter.Null, TimeProvider.System);
        var took = TimeSpan.FromMilliseconds(12);
        (string Name, Action Write)[] kinds =
        [
            ("usual: a table, a count, a time", () => log.Write(s_copied, LogField.Of("table", "public.orders"), LogField.Of("rows", 421_337), LogField.Of("took", took))),
            ("with the word key", () => log.Write(s_failed, LogField.Of("method", "POST"), LogField.Of("path", "/v1/orders"), LogField.Of("reason", "no row with this primary key"))),
            ("with an address of mail", () => log.Write(s_failed, LogField.Of("method", "POST"), LogField.Of("path", "/v1/orders"), LogField.Of("reason", "no account ada@example.org"))),
            ("with a password in a URL", () => log.Write(s_failed, LogField.Of("method", "POST"), LogField.Of("path", "/v1/orders"), LogField.Of("reason", "no answer from postgres://app:hunter2@db/shop"))),
        ];
        var samples = new Samples();
        for (var round = 0; round <= 7; round++)
        {
            foreach (var (name, write) in kinds)
            {
                var used = Stopwatch.GetTimestamp();
                for (var i = 0; i < Lines; i++)
                    write();
                // The first two rounds warm up.
                if (round > 1)
                    samples.Add(name, Stopwatch.GetElapsedTime(used).TotalMicroseconds / Lines);
            }
        }
        Console.WriteLine("| a line of the log, masking included | µs | bar |\n|---|---:|---|");
        foreach (var (name, _) in kinds)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {samples.Median(name):0.00} | {(name == kinds[0].Name ? "under 3" : "-")} |"));
        return 0;
    }
}
