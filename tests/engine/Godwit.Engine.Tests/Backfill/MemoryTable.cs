using System.Globalization;
using Godwit.Engine.Backfill;
using Godwit.Engine.Runs;
using Godwit.Engine.Transforms;

namespace Godwit.Engine.Tests.Backfill;

/// <summary>Rows 1 to n. Some are refused when they are written, some break the reading, and a batch of too many rows takes too long.</summary>
internal sealed class MemoryTable(int rows) : IBackfillTable
{
    public HashSet<int> Refused { get; init; } = [];

    public HashSet<int> Unreadable { get; init; } = [];

    /// <summary>Rows that are refused so many times, and then not.</summary>
    public Dictionary<int, int> RefusedAtFirst { get; init; } = [];

    public int MostRows { get; init; } = int.MaxValue;

    public List<int> Written { get; } = [];

    public List<int> Batches { get; } = [];

    public Task<long?> EstimateAsync(IRunSession session, CancellationToken cancellation) => Task.FromResult<long?>(rows);

    public Task PrepareAsync(IRunSession session, CancellationToken cancellation) => Task.CompletedTask;

    public Task TryAsync(IRunSession session, CancellationToken cancellation) => Task.CompletedTask;

    public Task<IReadOnlyList<SourceRow>> ReadAsync(IRunSession session, IReadOnlyList<string>? after, int limit, CancellationToken cancellation)
    {
        var numbers = Enumerable.Range(After(after) + 1, Math.Max(0, Math.Min(limit, rows - After(after)))).ToList();
        if (numbers.Exists(Unreadable.Contains)) throw Fault(TargetFault.Refused, "22P02");
        return Task.FromResult<IReadOnlyList<SourceRow>>([.. numbers.Select(n => new SourceRow([Text(n)], [Text(n)], [[CellValue.Of(Text(n))]], [CellValue.Null]))]);
    }

    public Task<IReadOnlyList<string>?> ReadNextKeyAsync(IRunSession session, IReadOnlyList<string>? after, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>?>(After(after) < rows ? [Text(After(after) + 1)] : null);

    public Task<IReadOnlyList<SourceRow>> ReadAgainAsync(IRunSession session, IReadOnlyList<SourceRow> rows, bool locked, CancellationToken cancellation) => Task.FromResult(rows);

    public Task<WriteResult> WriteAsync(IRunSession session, IReadOnlyList<ComputedRow> rows, CancellationToken cancellation)
    {
        Batches.Add(rows.Count);
        if (rows.Count > MostRows) throw Fault(TargetFault.StatementTimeout, "57014");
        foreach (var row in rows)
        {
            var number = After(row.Source.Key);
            if (RefusedAtFirst.TryGetValue(number, out var left) && left > 0)
            {
                RefusedAtFirst[number]--;
                throw Fault(TargetFault.Deadlock, "40P01");
            }
            if (Refused.Contains(number)) throw Fault(TargetFault.Refused, "23514");
        }
        var fresh = rows.Select(r => After(r.Source.Key)).Except(Written).ToList();
        Written.AddRange(fresh);
        return Task.FromResult(new WriteResult(fresh.Count, [.. rows.Select(_ => new ThereRow(RowOutcome.Right, []))]));
    }

    public Task<IReadOnlyList<ThereRow>> CompareAsync(IRunSession session, IReadOnlyList<ComputedRow> rows, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ThereRow>>([.. rows.Select(r => new ThereRow(Written.Contains(After(r.Source.Key)) ? RowOutcome.Right : RowOutcome.Missing, []))]);

    public Task<bool> HasUndoableAsync(IRunSession session, CancellationToken cancellation) => Task.FromResult(Written.Count > 0);

    public Task<UndoneRows> UndoAsync(IRunSession session, IReadOnlyList<string>? after, int limit, CancellationToken cancellation)
    {
        var numbers = Enumerable.Range(After(after) + 1, Math.Max(0, Math.Min(limit, rows - After(after)))).ToList();
        return Task.FromResult(new UndoneRows(numbers.Count == 0 ? null : [Text(numbers[^1])], numbers.Count, numbers.Count(Written.Remove)));
    }

    private static TargetFaultException Fault(TargetFault fault, string state) => new(fault, "a message that may hold a value", state);

    private static int After(IReadOnlyList<string>? key) => key is null ? 0 : int.Parse(key[0], CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
