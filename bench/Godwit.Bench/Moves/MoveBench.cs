using Godwit.Bench.Timing;

namespace Godwit.Bench.Moves;

/// <summary>
/// The comparisons of a move, in rounds: every round runs each contender once, one after another, each into a fresh database, so that a noisy
/// minute of the machine falls on all of them. Medians over the rounds are compared.
/// </summary>
internal sealed class MoveBench(MoveBenchOptions options, Server server, Dataset data)
{
    public const int PgloaderRows = 1000;

    private readonly Samples _samples = new();
    private string? _noPgloader = options.NoPgloader;

    public static int Run(MoveBenchOptions options)
    {
        var server = new Server(options.Godwit, Path.Combine(options.Folder, "postgres"));
        var report = new MoveReport(options);
        foreach (var name in options.Datasets)
        {
            var bench = new MoveBench(options, server, Dataset.Prepare(name, options));
            bench.RunRounds();
            report.Add(bench.Data, bench._samples, bench._noPgloader);
        }

        report.Print(Console.Out, server.Version);
        return 0;
    }

    private Dataset Data => data;

    private void RunRounds()
    {
        var files = Seed();
        for (var round = 1; round <= options.Runs; round++)
        {
            Console.Error.WriteLine($"{data.Name}: round {round} of {options.Runs}");
            if (!options.PeersOnly) MoveAndVerify(files);
            Copy(files);
            if (!options.PeersOnly) MoveWithoutHash();
            if (_noPgloader is null) Pgloader(files);
        }
    }

    /// <summary>Without a move to take the rows from, pgloader's are as good for measuring the other side.</summary>
    private BinaryFiles Seed()
    {
        var url = server.Fresh("bench_seed");
        if (!options.PeersOnly) GodwitRun.Must(server, options, "move", data.File, url);
        else if (_noPgloader is null) RunPgloader(url);
        else throw new BenchException("without godwit's move and without pgloader there are no rows to copy");
        var files = BinaryFiles.Export(server, url, Path.Combine(options.Folder, "files", data.Name), data.Tables);
        server.Drop("bench_seed");
        return files;
    }

    private void MoveAndVerify(BinaryFiles files)
    {
        var url = server.Fresh("bench_move");
        server.Settle(url);
        var move = GodwitRun.Must(server, options, "move", data.File, url);
        _samples.Add("move wall", move.Measurement.Wall);
        _samples.Add("move processor", move.Measurement.Processor);
        _samples.Add("move memory", move.Measurement.Memory);
        _samples.Add("move copy", move.Phase("copy"));
        _samples.Add("move copy processor", move.Processor("copy"));
        server.Settle(url);
        var verify = GodwitRun.Must(server, options, "verify", data.File, url);
        _samples.Add("verify wall", verify.Measurement.Wall);
        _samples.Add("verify processor", verify.Measurement.Processor);
        Scan(files, url);
        server.Drop("bench_move");
    }

    private void Scan(BinaryFiles files, string url)
    {
        var source = TimedProcess.Must(server.Environment, Environment.ProcessPath!, "scan", data.File);
        var target = files.Scan(server, url);
        _samples.Add("scan wall", source.Wall + target.Wall);
        _samples.Add("scan processor", source.Processor + target.Processor);
    }

    private void Copy(BinaryFiles files)
    {
        var url = server.Fresh("bench_copy");
        files.MakeTables(server, url);
        server.Settle(url);
        var copy = files.Load(server, url);
        _samples.Add("psql wall", copy.Wall);
        _samples.Add("psql processor", copy.Processor);
        if (options.PeersOnly) Scan(files, url);
        server.Drop("bench_copy");
    }

    private void MoveWithoutHash()
    {
        var url = server.Fresh("bench_move");
        server.Settle(url);
        _samples.Add("no hash copy", GodwitRun.Must(server, options, "move", data.File, url, "--no-hash").Phase("copy"));
        server.Drop("bench_move");
    }

    private void Pgloader(BinaryFiles files)
    {
        var url = server.Fresh("bench_pgloader");
        server.Settle(url);
        try
        {
            var run = RunPgloader(url);
            if (files.Count(server, url) is var rows && rows != data.Rows) _noPgloader = $"pgloader moved {rows} of {data.Rows} rows";
            _samples.Add("pgloader wall", run.Wall);
            _samples.Add("pgloader processor", run.Processor);
        }
        catch (BenchException fault)
        {
            _noPgloader = "pgloader failed: " + fault.Message.ReplaceLineEndings(" ")[..Math.Min(160, fault.Message.Length)];
        }

        server.Drop("bench_pgloader");
    }

    /// <summary>With its default of 100,000 rows read ahead it runs out of its heap on the wide database.</summary>
    private Measurement RunPgloader(string url) =>
        TimedProcess.Must(server.Environment, "pgloader", "--quiet", "--with", $"prefetch rows = {PgloaderRows}", "sqlite://" + data.File, url);
}
