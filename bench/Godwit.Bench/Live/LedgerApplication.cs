using System.Diagnostics;
using System.Text.Json;
using Godwit.Sqlite.Native;
using Npgsql;

namespace Godwit.Bench.Live;

/// <param name="Source">The SQLite file, or the PostgreSQL database.</param>
/// <param name="Target">The PostgreSQL database.</param>
/// <param name="Folder">Where the log and the samples go.</param>
/// <param name="Rate">Requests a second, half of them writes.</param>
/// <param name="Writers">Threads that write, each with a connection to either side; as many read.</param>
internal sealed record LedgerSettings(string Source, string Target, string Folder, int Rate, int Writers)
{
    /// <summary>Whether both sides are PostgreSQL.</summary>
    public bool FromPostgres { get; init; }

    public string Log => Path.Combine(Folder, "acknowledged.log");

    public string Samples => Path.Combine(Folder, "samples.bin");
}

/// <param name="Failed">Requests that were answered with anything but a result or "try again".</param>
/// <param name="Refused">Answers "try again".</param>
internal sealed record LedgerCounts(long Acknowledged, long Reads, long Failed, long Refused, IReadOnlyList<string> Faults);

/// <summary>The application: a process of its own that asks on a schedule, until its standard input ends.</summary>
internal sealed class LedgerApplication(LedgerSettings settings) : IDisposable
{
    private readonly List<Sample>[] _samples = [.. Enumerable.Range(0, 2 * settings.Writers).Select(_ => new List<Sample>())];
    private readonly HashSet<string> _faults = new(StringComparer.Ordinal);
    private readonly ManualResetEvent _stop = new(false);

    /// <summary>Where the last write was acknowledged: readers ask there.</summary>
    private volatile bool _moved;
    private long _acknowledged, _reads, _failed, _refused;

    public static int Run(LedgerSettings settings)
    {
        using var application = new LedgerApplication(settings);
        Console.WriteLine(JsonSerializer.Serialize(application.Serve()));
        return 0;
    }

    public void Dispose() => _stop.Dispose();

    private LedgerCounts Serve()
    {
        using var log = new AcknowledgedLog(settings.Log);
        var began = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, 2 * settings.Writers).Select(i => new Thread(() => Work(i, began, log))).ToList();
        foreach (var thread in threads) thread.Start();
        Console.WriteLine("ready");
        while (Console.In.ReadLine() is not null) { }
        _stop.Set();
        foreach (var thread in threads) thread.Join();
        Sample.WriteAll(settings.Samples, _samples);
        lock (_faults) return new LedgerCounts(_acknowledged, _reads, _failed, _refused, [.. _faults]);
    }

    private void Work(int worker, long began, AcknowledgedLog log)
    {
        using ILedger old = settings.FromPostgres ? new PostgresLedger(settings.Source) : new SqliteLedger(settings.Source), now = new PostgresLedger(settings.Target);
        var workers = 2 * settings.Writers;
        var (writes, random, work) = (worker < settings.Writers, new Random(worker), new LedgerWork(worker, settings.Writers));
        var between = (double)Stopwatch.Frequency * workers / settings.Rate;
        for (var turn = 0L; ; turn++)
        {
            // An open schedule: what a stall keeps from being asked is asked later, and counted from when it was due.
            var planned = began + (long)(between * (turn + (double)worker / workers));
            var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), planned).TotalMilliseconds;
            if (_stop.WaitOne(early > 0 ? (int)Math.Ceiling(early) : 0)) return;
            var answered = writes ? Write(work.Next(), old, now, log) : Read(random, old, now);
            _samples[worker].Add(new Sample(planned, Stopwatch.GetTimestamp(), writes ? (byte)1 : (byte)0, answered ? (byte)1 : (byte)0));
        }
    }

    private bool Write(LedgerWrite write, ILedger old, ILedger now, AcknowledgedLog log)
    {
        var moved = _moved;
        while (true)
        {
            try
            {
                (moved ? now : old).Write(write);
                log.Add(write, sure: true);
                Interlocked.Increment(ref _acknowledged);
                if (_moved != moved) _moved = moved;
                return true;
            }
            catch (LedgerRefusedException refused)
            {
                Interlocked.Increment(ref _refused);
                if (refused.Moved) moved = !moved;
                if (_stop.WaitOne(1)) return false;
            }
            catch (Exception fault) when (fault is SqliteException or NpgsqlException)
            {
                log.Add(write, sure: false);
                Fail(fault);
                return false;
            }
        }
    }

    private bool Read(Random random, ILedger old, ILedger now)
    {
        try
        {
            (_moved ? now : old).Read(random.Next(3), random.Next(LedgerSchema.Accounts) + 1);
            Interlocked.Increment(ref _reads);
            return true;
        }
        catch (Exception fault) when (fault is SqliteException or NpgsqlException)
        {
            Fail(fault);
            return false;
        }
    }

    private void Fail(Exception fault)
    {
        Interlocked.Increment(ref _failed);
        lock (_faults)
        {
            if (_faults.Count < 10) _faults.Add(fault.Message);
        }
    }
}
