using Godwit.Bench;
using Godwit.Bench.Data;
using Godwit.Bench.Loads;
using Godwit.Bench.Moves;
using Godwit.Bench.Scans;

// What bench/move runs: makes the data, reads a file as one sequential scan, compares moves. bench/move says what each option means.
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
        case ["serve", var port]:
            await LocalService.ServeAsync(int.Parse(port));
            return 0;
        default:
            Console.Error.WriteLine("usage: godwit-bench narrow FILE ROWS | wide FILE BYTES | scan FILE | move OPTIONS | serve PORT");
            return 2;
    }
}
catch (BenchException fault)
{
    Console.Error.WriteLine($"godwit-bench: {fault.Message}");
    return 1;
}
