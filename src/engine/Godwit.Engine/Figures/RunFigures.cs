using System.Collections.Concurrent;

namespace Godwit.Engine.Figures;

/// <summary>What a run knows of itself. Written by the steps at work, read by whoever watches; each figure by itself is never half a number.</summary>
public sealed class RunFigures(TimeProvider time)
{
    public const string FailedRows = "failed_rows", FailedShare = "failed_share", Mismatches = "mismatches", Retries = "retries", BatchSeconds = "batch_seconds", ReplicationLag = "replication_lag";

    /// <summary>Rows dealt with, which <see cref="FailedShare"/> is a share of.</summary>
    public const string Rows = "rows";

    private readonly ConcurrentDictionary<string, decimal> _figures = new(StringComparer.Ordinal);
    private long? _batchBegan;

    public static IReadOnlyList<string> Names { get; } = [FailedRows, FailedShare, Mismatches, ReplicationLag, Retries, BatchSeconds];

    public void Set(string name, decimal value) => _figures[name] = value;

    public void Add(string name, decimal value) => _figures.AddOrUpdate(name, value, (_, before) => before + value);

    /// <summary>A batch that hangs counts for as long as it does.</summary>
    public void BatchBegins() => _batchBegan = time.GetTimestamp();

    public void BatchEnds(TimeSpan took)
    {
        _batchBegan = null;
        Set(BatchSeconds, (decimal)took.TotalSeconds);
    }

    /// <summary>Another step begins: what is counted of one step is counted anew.</summary>
    public void StepBegins()
    {
        _batchBegan = null;
        foreach (var name in (string[])[FailedRows, Rows, BatchSeconds]) _figures.TryRemove(name, out _);
    }

    /// <summary>What nobody has told of is 0: this process knows.</summary>
    public decimal Read(string name) => name switch
    {
        FailedShare => Of(Rows) is > 0 and var rows ? Of(FailedRows) / rows : Of(FailedRows) > 0 ? 1 : 0,
        BatchSeconds => _batchBegan is { } began ? Math.Max(Of(BatchSeconds), (decimal)time.GetElapsedTime(began).TotalSeconds) : Of(BatchSeconds),
        _ => Of(name),
    };

    private decimal Of(string name) => _figures.GetValueOrDefault(name);
}
