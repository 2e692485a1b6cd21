using Godwit.Engine.Keys;
using Godwit.Engine.Steps;
using Godwit.Engine.Transforms;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Backfill;

/// <summary>Applies a task's transforms to rows. Opened once; secrets and keys stay inside the functions.</summary>
internal sealed class RowComputer : IDisposable
{
    private readonly BackfillTask _task;
    private readonly IRunKeyring _keyring;

    /// <summary>For each column one of the two.</summary>
    private readonly TransformFunction?[] _functions;

    private readonly IKeyedFunction?[] _keyed;

    /// <summary>For a keyed column the places of the columns that its value is bound to.</summary>
    private readonly int[][] _bound;

    private readonly bool _isKeyed;

    private readonly IReadOnlyList<PurposeKeys> _keys;

    private RowComputer(BackfillTask task, IRunKeyring keyring, TransformFunction?[] functions, IKeyedFunction?[] keyed, IReadOnlyList<PurposeKeys> keys)
    {
        (_task, _keyring, _functions, _keyed, _keys) = (task, keyring, functions, keyed, keys);
        _bound = [.. task.Columns.Select(c => c.Transform is IKeyedTransform t ? t.Row.Select(r => task.Columns.TakeWhile(f => f.Name != r).Count()).ToArray() : [])];
        _isKeyed = keyed.Any(k => k is not null);
    }

    /// <exception cref="KeyringException">Keys cannot be had.</exception>
    public static async Task<RowComputer> OpenAsync(BackfillTask task, IRunEnvironment environment, IRunKeyring keyring, CancellationToken cancellation)
    {
        var functions = new TransformFunction?[task.Columns.Count];
        var keyed = new IKeyedFunction?[functions.Length];
        for (var i = 0; i < functions.Length; i++)
        {
            if (task.Columns[i].Transform is IKeyedTransform transform) keyed[i] = await transform.OpenAsync(keyring, cancellation);
            else functions[i] = task.Columns[i].Transform.Open(environment);
        }
        var keys = new List<PurposeKeys>();
        foreach (var purpose in task.Columns.Select(c => c.Transform).OfType<IKeyedTransform>().SelectMany(t => t.Purposes).Distinct()) keys.Add(await keyring.OpenAsync(purpose, cancellation));
        return new RowComputer(task, keyring, functions, keyed, keys);
    }

    /// <summary>
    /// From before a value is made until the transaction that stores it has ended: so long this host acknowledges no newer keyring, and no key is retired whose value is still on its way.
    /// </summary>
    public IDisposable BeginWrites() => new Writes([.. _keys.Select(k => k.BeginWrite())]);

    public void Dispose()
    {
        foreach (var function in _keyed) (function as IDisposable)?.Dispose();
    }

    /// <summary>Whether what is right under a former key is brought to the active one, and not right until then.</summary>
    public bool RewritesFormer => _task.Into is null;

    /// <param name="rows">What was read.</param>
    /// <param name="refused">Told of each row that a transform has no answer for.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<List<ComputedRow>> ComputeAsync(IReadOnlyList<SourceRow> rows, Action<SourceRow, string> refused, CancellationToken cancellation)
    {
        if (_isKeyed) await _keyring.RefreshAsync(now: false, cancellation);
        var freshness = new Freshness(_isKeyed ? _keyring : null);
        var judged = await JudgeAsync(rows, freshness, refused, writes: true, cancellation);
        for (var i = 0; i < _keyed.Length; i++)
        {
            // What is right is kept: only what is left is encrypted, and counted.
            if (_keyed[i] is { } function && judged.Count(r => r.States[i] != StoredState.Right) is > 0 and var left) await function.ReserveAsync(left, cancellation);
        }
        var computed = new List<ComputedRow>(judged.Count);
        foreach (var row in judged)
        {
            await freshness.TryAsync(
                async () =>
                {
                    for (var i = 0; i < _keyed.Length; i++)
                    {
                        if (_keyed[i] is { } function && row.States[i] != StoredState.Right) row.Values[i] = await ComputeAsync(function, row.Source.Inputs[i], BoundOf(row.Values, i), cancellation);
                    }
                    computed.Add(new ComputedRow(row.Source, row.Values, row.Worst));
                    return true;
                },
                reason => refused(row.Source, reason), cancellation);
        }
        return computed;
    }

    private static async Task<CellValue> ComputeAsync(IKeyedFunction function, IReadOnlyList<CellValue> inputs, CellValue[] bound, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return function.Compute(inputs, bound);
            }
            catch (KeyringException e) when (e.MayRetry && attempt < 2)
            {
                // The key was rotated since the batch was reserved for: nothing is reserved with the new one yet.
                await function.ReserveAsync(1, cancellation);
            }
        }
    }

    /// <summary>As <see cref="ComputeAsync(IReadOnlyList{SourceRow}, Action{SourceRow, string}, CancellationToken)"/>, but what keyed transforms found stored is left as it is, and only judged.</summary>
    public async Task<List<ComputedRow>> CheckAsync(IReadOnlyList<SourceRow> rows, Action<SourceRow, string> refused, CancellationToken cancellation)
    {
        if (_isKeyed) await _keyring.RefreshAsync(now: false, cancellation);
        return [.. (await JudgeAsync(rows, new Freshness(_isKeyed ? _keyring : null), refused, writes: false, cancellation)).Select(r => new ComputedRow(r.Source, r.Values, _task.Into is null ? r.Worst : StoredState.Right))];
    }

    /// <summary>How a row stands, by the database's word and by what was found stored.</summary>
    public async Task<RowOutcome> ConfirmAsync(ComputedRow row, ThereRow there, CancellationToken cancellation)
    {
        if (there.Outcome != RowOutcome.Right || there.Keyed.Count == 0) return there.Outcome;
        var outcome = RowOutcome.Different;
        await new Freshness(_keyring).TryAsync(
            () =>
            {
                var (worst, unknown) = (StoredState.Right, false);
                foreach (var value in there.Keyed)
                {
                    var state = _keyed[value.Column]!.Judge(row.Source.Inputs[value.Column], value.Row, value.Stored);
                    if (state > worst) worst = state;
                    unknown |= state == StoredState.Unknown;
                }
                outcome = OutcomeOf(worst);
                return Task.FromResult(!unknown);
            },
            _ => outcome = RowOutcome.Different, cancellation);
        return outcome;
    }

    public static RowOutcome OutcomeOf(StoredState state) => state switch
    {
        StoredState.Right => RowOutcome.Right,
        StoredState.Former => RowOutcome.Former,
        StoredState.Missing => RowOutcome.Missing,
        _ => RowOutcome.Different,
    };

    private async Task<List<Judged>> JudgeAsync(IReadOnlyList<SourceRow> rows, Freshness freshness, Action<SourceRow, string> refused, bool writes, CancellationToken cancellation)
    {
        // Of rows of another table it is only known what binds their values once the rest of them is computed.
        if (_task.Into is null) await PrepareAsync(i => [.. rows.Select(r => new KeyedRow(r.Inputs[i], []))], writes, cancellation);
        var judged = new List<Judged>(rows.Count);
        foreach (var row in rows)
        {
            Judged? one = null;
            await freshness.TryAsync(
                () =>
                {
                    one = Judge(row);
                    return Task.FromResult(!Array.Exists(one.States, s => s == StoredState.Unknown));
                },
                reason =>
                {
                    one = null;
                    refused(row, reason);
                },
                cancellation);
            if (one is not null) judged.Add(one);
        }
        if (_task.Into is not null) await PrepareAsync(i => [.. judged.Select(r => new KeyedRow(r.Source.Inputs[i], BoundOf(r.Values, i)))], writes, cancellation);
        return judged;
    }

    private async Task PrepareAsync(Func<int, IReadOnlyList<KeyedRow>> rows, bool writes, CancellationToken cancellation)
    {
        for (var i = 0; i < _keyed.Length; i++)
        {
            if (_keyed[i] is { } function) await function.PrepareAsync(rows(i), writes, cancellation);
        }
    }

    private Judged Judge(SourceRow row)
    {
        var values = new CellValue[_keyed.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (_functions[i] is { } function) values[i] = function(row.Inputs[i]);
        }
        var states = new StoredState[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (_keyed[i] is not { } function) continue;
            states[i] = _task.Into is null ? function.Judge(row.Inputs[i], BoundOf(values, i), row.Stored[i]) : StoredState.Missing;
            values[i] = row.Stored[i];
        }
        return new Judged(row, values, states);
    }

    private CellValue[] BoundOf(CellValue[] values, int column) => _bound[column].Length == 0 ? [] : [.. _bound[column].Select(place => values[place])];

    private sealed class Writes(IReadOnlyList<KeyWrite> writes) : IDisposable
    {
        public void Dispose()
        {
            foreach (var write in writes) write.Dispose();
        }
    }

    private sealed record Judged(SourceRow Source, CellValue[] Values, StoredState[] States)
    {
        public StoredState Worst => States.Length == 0 ? StoredState.Right : States.Max();
    }
}
