using Godwit.Bench;
using System.Text.Json;
using Godwit.Bench.Data;
using Godwit.Bench.Live;
using Godwit.Bench.Loads;
using Godwit.Bench.Logging;
using Godwit.Bench.Moves;
using Godwit.Bench.Redis;
using Godwit.Bench.Scans;
using Godwit.Bench.Security;
using Npgsql;

// What the commands of bench/ run; each of them says what its options mean. `ledger` and `replay` are processes that `live` starts.
try
{
    switch (args)
    {
        case ["narrow", var file, var rows]:
            NarrowData.Write(file, long.Parse(rows));
            return 0;
        case ["wide", var file, var bytes]:
            WideData.Write(file, long.Parse(bytes));
            return 0;
        case ["scan", var file]:
            var scan = SequentialScan.Run(file);
            Console.WriteLine($"{scan.Rows} rows, {scan.Bytes} bytes of text and blobs");
            return 0;
        case ["move", .. var options]:
            return MoveBench.Run(MoveBenchOptions.Parse(options));
        case ["keyed", var rows, .. var options]:
            return KeyedMoveBench.Run(long.Parse(rows), MoveBenchOptions.Parse(options));
        case ["live", .. var options]:
            return LiveBench.Run(LiveBenchOptions.Parse(options));
        case ["ledger"]:
            return LedgerApplication.Run(JsonSerializer.Deserialize<LedgerSettings>(Console.ReadLine()!)!);
        case ["replay"]:
            var replayed = JsonSerializer.Deserialize<LedgerSettings>(Console.ReadLine()!)!;
            using (var connection = new NpgsqlConnection(replayed.Target))
            {
                connection.Open();
                var verdict = LedgerReplay.Run(replayed.Log, connection);
                Console.WriteLine(JsonSerializer.Serialize(verdict));
                return verdict.Holds ? 0 : 3;
            }
        case ["redis", .. var options]:
            return await RedisBench.RunAsync(options);
        case ["log"]:
            return LogBench.Run();
        case ["serve", var port]:
            await LocalService.ServeAsync(int.Parse(port));
            return 0;
        case ["hashes", var seconds]:
            return await HashRate.RunAsync(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
        case ["security", var rounds]:
            return await SecurityBench.RunAsync(int.Parse(rounds));
        default:
            Console.Error.WriteLine("usage: godwit-bench narrow FILE ROWS | wide FILE BYTES | scan FILE | move OPTIONS | keyed ROWS OPTIONS | live OPTIONS | security ROUNDS | hashes SECONDS | redis OPTIONS | log | serve PORT");
            return 2;
    }
}
catch (BenchException fault)
{
    Console.Error.WriteLine($"godwit-bench: {fault.Message}");
    return 1;
}
