using System.Globalization;
using System.Text.RegularExpressions;
using Godwit.Engine.Backfill;
using Godwit.Engine.Runs;
using Godwit.Engine.Transforms;
using Godwit.Engine.Transforms.Keyed;

namespace Godwit.Postgres.Backfill;

/// <summary>One backfill's reading and writing.</summary>
internal sealed partial class BackfillTable : IBackfillTable
{
    private static readonly ThereRow s_right = new(RowOutcome.Right, []), s_gone = new(RowOutcome.Gone, []), s_changed = new(RowOutcome.SourceChanged, []),
        s_missing = new(RowOutcome.Missing, []), s_different = new(RowOutcome.Different, []);

    private readonly BackfillTask _task;
    private readonly BackfillSql _sql;
    private readonly int _keys;
    private readonly object?[] _mark;

    /// <summary>For each filled column, the places of its inputs among what is read.</summary>
    private readonly IReadOnlyList<IReadOnlyList<int>> _places;

    private readonly IReadOnlyList<bool> _bytes;

    /// <summary>For each filled column, the place of what it holds among what is read; -1 where nobody looks at that.</summary>
    private readonly IReadOnlyList<int> _stored;

    private readonly TableShape _into;

    public BackfillTable(BackfillTask task, TableShape from, UniqueKey key, TableShape into, UniqueKey? conflict)
    {
        _task = task;
        _sql = new BackfillSql(task, from, key, into, conflict);
        _keys = key.Columns.Count;
        _mark = task.Marker is not { } marker ? [] : [into.Columns[marker].BaseType == "uuid" ? task.Mark.Uuid.ToString() : task.Mark.Text];
        _bytes = [.. _sql.Inputs.Select(c => from.Columns[c].IsBytes), .. _sql.Expressions.Select(_ => false), .. _sql.Stored.Select(c => from.Columns[c].IsBytes)];
        var expression = _sql.Inputs.Count;
        _places = [.. task.Columns.Select(IReadOnlyList<int> (c) => c.Transform.Expression is null ? [.. c.Transform.Inputs.Select(PlaceOf)] : [expression++])];
        string[] read = [.. _sql.Inputs, .. _sql.Expressions.Select(e => ""), .. _sql.Stored];
        _stored = [.. task.Columns.Select(c => task.Into is null && c.Transform is IKeyedTransform ? Array.IndexOf(read, c.Name) : -1)];
        _into = into;

        int PlaceOf(string input) => _sql.Inputs.TakeWhile(c => c != input).Count();
    }

    /// <summary>The planner's estimate counts partitions and the condition too.</summary>
    public async Task<long?> EstimateAsync(IRunSession session, CancellationToken cancellation)
    {
        var plan = await session.QueryAsync($"EXPLAIN {_sql.All}", 10_000, cancellation);
        return EstimatedRows().Match((string)plan[0][0]!) is { Success: true } match ? long.Parse(match.Groups["rows"].Value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The text of a value depends on these; godwit.backfill tells a trigger of the application's who writes.</summary>
    public Task PrepareAsync(IRunSession session, CancellationToken cancellation) => session.ExecuteAsync(
        """
        SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),
            set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true), set_config('row_security', 'off', true),
            set_config('godwit.backfill', 'on', true)
        """, cancellation);

    public async Task TryAsync(IRunSession session, CancellationToken cancellation)
    {
        string?[] none = [];
        var arrays = Enumerable.Repeat<object?>(none, _keys + _bytes.Count + _task.Columns.Count).ToList();
        await Explain(_sql.ReadFirst, [0L]);
        await Explain(_sql.Write, [.. arrays, .. _mark]);
        await Explain(_sql.Compare, arrays);
        if (_sql.Undo is { } undo) await Explain(undo.Exists, _mark);

        Task Explain(string sql, IReadOnlyList<object?> values) => session.QueryAsync($"EXPLAIN {sql}", 10_000, cancellation, values);
    }

    public async Task<IReadOnlyList<SourceRow>> ReadAsync(IRunSession session, IReadOnlyList<string>? after, int limit, CancellationToken cancellation) =>
        Rows(after is null
            ? await session.QueryAsync(_sql.ReadFirst, limit, cancellation, (long)limit)
            : await session.QueryAsync(_sql.ReadNext, limit, cancellation, [.. after, (long)limit]));

    public async Task<IReadOnlyList<string>?> ReadNextKeyAsync(IRunSession session, IReadOnlyList<string>? after, CancellationToken cancellation)
    {
        var found = after is null
            ? await session.QueryAsync(_sql.FirstKey, 1, cancellation)
            : await session.QueryAsync(_sql.NextKey, 1, cancellation, [.. after]);
        return found.Count == 0 ? null : [.. found[0].Select(v => (string)v!)];
    }

    public async Task<IReadOnlyList<SourceRow>> ReadAgainAsync(IRunSession session, IReadOnlyList<SourceRow> rows, bool locked, CancellationToken cancellation) =>
        Rows(await session.QueryAsync(locked ? _sql.ReadAgainLocked : _sql.ReadAgain, rows.Count, cancellation, [.. KeyArrays([.. rows.Select(r => r.Key)], _keys)]));

    public async Task<WriteResult> WriteAsync(IRunSession session, IReadOnlyList<ComputedRow> rows, CancellationToken cancellation)
    {
        var given = Given(rows);
        var written = await session.ExecuteAsync(_sql.Write, cancellation, [.. given, .. _mark]);
        // Every one of them was as it had been read, and was written: there is nothing to look at.
        if (written == rows.Count) return new WriteResult(written, [.. rows.Select(_ => s_right)]);
        return new WriteResult(written, await OutcomesAsync(session, given, rows.Count, cancellation));
    }

    public Task<IReadOnlyList<ThereRow>> CompareAsync(IRunSession session, IReadOnlyList<ComputedRow> rows, CancellationToken cancellation) =>
        OutcomesAsync(session, Given(rows), rows.Count, cancellation);

    public async Task<bool> HasUndoableAsync(IRunSession session, CancellationToken cancellation) =>
        _sql.Undo is { } undo && (await session.QueryAsync(undo.Exists, 1, cancellation, _mark))[0][0] is true;

    public async Task<UndoneRows> UndoAsync(IRunSession session, IReadOnlyList<string>? after, int limit, CancellationToken cancellation)
    {
        var undo = _sql.Undo ?? throw new InvalidOperationException("nothing says what this backfill inserted");
        var found = after is null
            ? await session.QueryAsync(undo.ReadFirst, limit, cancellation, [(long)limit, .. _mark])
            : await session.QueryAsync(undo.ReadNext, limit, cancellation, [.. after, (long)limit, .. _mark]);
        if (found.Count == 0) return new UndoneRows(null, 0, 0);
        var keys = found.Select(IReadOnlyList<string> (r) => [.. r.Select(v => (string)v!)]).ToList();
        return new UndoneRows(keys[^1], keys.Count, await session.ExecuteAsync(undo.Change, cancellation, [.. KeyArrays(keys, undo.KeyColumns), .. _mark]));
    }

    private async Task<IReadOnlyList<ThereRow>> OutcomesAsync(IRunSession session, IReadOnlyList<object?> given, int count, CancellationToken cancellation)
    {
        var outcomes = new ThereRow[count];
        foreach (var row in await session.QueryAsync(_sql.Compare, count, cancellation, given))
        {
            outcomes[(long)row[0]! - 1] = row switch
            {
                [_, null, ..] => s_gone,
                [_, false, ..] => s_changed,
                [_, _, _, true, ..] => Looked(row),
                [_, _, true, ..] => s_different,
                _ => s_missing,
            };
        }
        return outcomes;
    }

    /// <summary>With what a keyed transform has to look at.</summary>
    private ThereRow Looked(IReadOnlyList<object?> row)
    {
        if (_sql.JudgedThere is not { Count: > 0 } judged) return s_right;
        var at = 4;
        var values = new List<KeyedValue>(judged.Count);
        foreach (var (place, bound) in judged)
        {
            var stored = Cell((string?)row[at++], _into.Columns[_task.Columns[place].Name].IsBytes);
            values.Add(new KeyedValue(place, stored, [.. bound.Select(name => Cell((string?)row[at++], _into.Columns[name].IsBytes))]));
        }
        return new ThereRow(RowOutcome.Right, values);
    }

    private List<SourceRow> Rows(IReadOnlyList<IReadOnlyList<object?>> found)
    {
        var rows = new List<SourceRow>(found.Count);
        foreach (var row in found)
        {
            var texts = new string?[row.Count - _keys];
            var values = new CellValue[texts.Length];
            for (var i = 0; i < texts.Length; i++)
            {
                texts[i] = (string?)row[_keys + i];
                values[i] = Cell(texts[i], _bytes[i]);
            }
            rows.Add(new SourceRow([.. row.Take(_keys).Select(v => (string)v!)], texts, [.. _places.Select(IReadOnlyList<CellValue> (p) => [.. p.Select(i => values[i])])],
                [.. _stored.Select(p => p < 0 ? CellValue.Null : values[p])]));
        }
        return rows;
    }

    /// <summary>bytea_output is hex: "\x" and two digits a byte.</summary>
    private static CellValue Cell(string? text, bool bytes) => bytes && text is not null ? CellValue.Of(Convert.FromHexString(text.AsSpan(2))) : CellValue.Of(text);

    private List<object?> Given(IReadOnlyList<ComputedRow> rows)
    {
        var given = KeyArrays([.. rows.Select(r => r.Source.Key)], _keys).ToList();
        for (var i = 0; i < _bytes.Count; i++) given.Add(rows.Select(r => r.Source.Texts[i]).ToArray());
        for (var i = 0; i < _task.Columns.Count; i++) given.Add(rows.Select(r => r.Values[i].Bytes is { } bytes ? $"\\x{Convert.ToHexStringLower(bytes)}" : r.Values[i].Text).ToArray());
        return given;
    }

    private static IEnumerable<object?> KeyArrays(IReadOnlyList<IReadOnlyList<string>> keys, int columns) =>
        Enumerable.Range(0, columns).Select(object? (i) => keys.Select(k => k[i]).ToArray());

    [GeneratedRegex("rows=(?<rows>[0-9]{1,18})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EstimatedRows();
}
