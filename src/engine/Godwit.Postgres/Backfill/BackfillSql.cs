using Godwit.Engine.Backfill;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Model.Names;
using static Godwit.Model.Names.TargetName;

namespace Godwit.Postgres.Backfill;

/// <summary>
/// The statements of one backfill. Values come as text arrays, one a column, so that a batch is one statement whatever its size. What was read is
/// compared by the text that the database prints, under COLLATE "C": exact for every type, also for those without equality.
/// </summary>
/// <remarks>Names of Godwit's own hold a space, so that a condition of the runbook's cannot mean one of them by accident.</remarks>
internal sealed class BackfillSql
{
    private const string Given = "\"godwit given\"";

    private readonly BackfillTask _task;
    private readonly TableShape _from, _into;
    private readonly UniqueKey _key;
    private readonly UniqueKey? _conflict;
    private readonly string _source;

    public BackfillSql(BackfillTask task, TableShape from, UniqueKey key, TableShape into, UniqueKey? conflict)
    {
        (_task, _from, _key, _into, _conflict) = (task, from, key, into, conflict);
        _source = Quote(from.Reference.Name);
        Inputs = [.. task.Columns.SelectMany(c => c.Transform.Inputs).Distinct(StringComparer.Ordinal)];
        Expressions = [.. task.Columns.Select(c => c.Transform).Where(t => t.Expression is not null).Select(t => (t.Expression!, t.IsRepeatable))];
        Stored = [.. task.Columns.Where(IsJudged).Select(c => c.Name).Except(Inputs, StringComparer.Ordinal)];
        Compared = [.. task.Columns.Where(IsCompared)];

        var scope = task.Where is { } where ? $" AND {Condition(where)}" : "";
        var order = string.Join(", ", KeyOf());
        var placeholders = string.Join(", ", key.Columns.Select((c, i) => $"${i + 1}::text::{from.Columns[c].Type}"));
        var limit = $"${key.Columns.Count + 1}::bigint";
        var row = $"{string.Join(", ", key.Columns.Select(c => $"{_source}.{Quote(c)}::text"))}{string.Concat(Read().Select(r => $", {r}"))}";
        var names = string.Join(", ", key.Columns.Select(c => $"{_source}.{Quote(c)}::text"));
        var after = $"({order}) > ({placeholders})";
        All = $"SELECT FROM {from.Sql} WHERE true{scope}";
        ReadFirst = $"SELECT {row} FROM {from.Sql} WHERE true{scope} ORDER BY {order} LIMIT $1::bigint";
        ReadNext = $"SELECT {row} FROM {from.Sql} WHERE {after}{scope} ORDER BY {order} LIMIT {limit}";
        FirstKey = $"SELECT {names} FROM {from.Sql} WHERE true{scope} ORDER BY {order} LIMIT 1";
        NextKey = $"SELECT {names} FROM {from.Sql} WHERE {after}{scope} ORDER BY {order} LIMIT 1";
        ReadAgain = $"SELECT {row} FROM {from.Sql} WHERE ({string.Join(", ", key.Columns.Select(c => $"{_source}.{Quote(c)}"))}) IN (SELECT {Casts("k", key.Columns, from)} FROM unnest({Arrays(1, key.Columns.Count)}) AS {Given}({Names("k", key.Columns.Count)})){scope} ORDER BY {order}";
        Write = task.Into is null ? Update(scope) : Insert(scope);
        Compare = task.Into is null ? CompareSame(scope) : CompareOther(scope);
        Undo = task.Into is null ? UndoSame(scope) : UndoOther();
    }

    /// <summary>The columns that transforms read, each once.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The expressions that the database evaluates, and whether they give the same again.</summary>
    public IReadOnlyList<(string Sql, bool IsRepeatable)> Expressions { get; }

    /// <summary>The columns of the table itself whose values a keyed transform looks at, as far as they are no inputs.</summary>
    public IReadOnlyList<string> Stored { get; }

    /// <summary>How many values of a row are read besides its key.</summary>
    public int Reads => Inputs.Count + Expressions.Count + Stored.Count;

    /// <summary>The columns of another table whose values a keyed transform looks at, each by its place, with those that it is bound to.</summary>
    public IReadOnlyList<(int Place, IReadOnlyList<string> Row)> JudgedThere =>
        _task.Into is null ? [] : [.. _task.Columns.Where(c => c.Transform is IKeyedTransform).Select(c => (Place(c), ((IKeyedTransform)c.Transform).Row))];

    /// <summary>The columns whose values say something about a row that is there.</summary>
    public IReadOnlyList<FilledColumn> Compared { get; }

    /// <summary>The rows in scope, to be estimated.</summary>
    public string All { get; }

    public string ReadFirst { get; }

    public string ReadNext { get; }

    public string FirstKey { get; }

    public string NextKey { get; }

    public string ReadAgain { get; }

    public string ReadAgainLocked => $"{ReadAgain} FOR NO KEY UPDATE OF {_source}";

    /// <summary>Parameters: the keys' columns, what was read, the values; last, for into with a marker, the mark.</summary>
    public string Write { get; }

    /// <summary>The same parameters without the mark. Answers with ordinal, whether the source is there and as it was read, whether something is in its place, whether it is right.</summary>
    public string Compare { get; }

    public UndoSql? Undo { get; }

    private static string Condition(string sql) => $"(\n{sql}\n)";

    private static string Exact(string sql) => $"({sql})::text COLLATE \"C\"";

    private static string Arrays(int first, int count) => string.Join(", ", Enumerable.Range(first, count).Select(i => $"${i}::text[]"));

    private static string Names(string prefix, int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"\"godwit {prefix}{i}\""));

    private static string Casts(string prefix, IReadOnlyList<string> columns, TableShape table) =>
        string.Join(", ", columns.Select((c, i) => $"{Given}.\"godwit {prefix}{i}\"::{table.Columns[c].Type}"));

    private IEnumerable<string> KeyOf() => _key.Columns.Select((c, i) => $"{_source}.{Quote(c)}{(_key.Collations[i] is { } collation ? $" COLLATE {collation}" : "")}");

    private IEnumerable<string> Read() => [.. Inputs.Select(c => $"{_source}.{Quote(c)}::text"), .. Expressions.Select(e => $"({Condition(e.Sql)})::text"), .. Stored.Select(c => $"{_source}.{Quote(c)}::text")];

    /// <summary>All parameters as one table with a row's ordinal.</summary>
    private string GivenRows()
    {
        var (keys, read, values) = (_key.Columns.Count, Reads, _task.Columns.Count);
        string[] names = [.. new[] { Names("k", keys), Names("r", read), Names("v", values) }.Where(n => n.Length > 0), "\"godwit n\""];
        return $"unnest({Arrays(1, keys + read + values)}) WITH ORDINALITY AS {Given}({string.Join(", ", names)})";
    }

    private string KeysAgree() => string.Join(" AND ", _key.Columns.Select((c, i) => $"{_source}.{Quote(c)} = {Given}.\"godwit k{i}\"::{_from.Columns[c].Type}"));

    /// <summary>The row is as it was read. A volatile expression would never be.</summary>
    private string Unchanged()
    {
        IEnumerable<string> parts =
        [
            .. Inputs.Select((c, i) => Same(c, i)),
            .. Stored.Select((c, i) => Same(c, Inputs.Count + Expressions.Count + i)),
            .. Expressions.Select((e, i) => (e, i)).Where(p => p.e.IsRepeatable).Select(p => $"{Exact(Condition(p.e.Sql))} IS NOT DISTINCT FROM {Given}.\"godwit r{Inputs.Count + p.i}\""),
        ];
        return string.Join(" AND ", parts.Prepend("true"));

        // A stored value that is what was just computed is as good as the one that was read: the row is done.
        string Same(string name, int place)
        {
            var there = Exact($"{_source}.{Quote(name)}");
            var read = $"{there} IS NOT DISTINCT FROM {Given}.\"godwit r{place}\"";
            return _task.Columns.FirstOrDefault(c => c.Name == name && IsJudged(c)) is { } column
                ? $"({read} OR {there} IS NOT DISTINCT FROM {Exact($"{Given}.\"godwit v{Place(column)}\"::{_into.Columns[name].Compared}")})" : read;
        }
    }

    /// <summary>What it holds is read with the row, and kept where it is right.</summary>
    private bool IsJudged(FilledColumn column) => _task.Into is null && column.Transform is IKeyedTransform;

    private bool IsCompared(FilledColumn column) => column.Transform.IsRepeatable || IsJudged(column);

    private string Value(FilledColumn column) => $"{Given}.\"godwit v{Place(column)}\"::{_into.Columns[column.Name].Type}";

    /// <summary>What is there is what was computed, both as the column would print them.</summary>
    private string Right(string alias) => string.Join(
        " AND ", Compared.Select(c => $"{Exact($"{alias}.{Quote(c.Name)}")} IS NOT DISTINCT FROM {Exact($"{Given}.\"godwit v{Place(c)}\"::{_into.Columns[c.Name].Compared}")}").Prepend("true"));

    private int Place(FilledColumn column) => _task.Columns.TakeWhile(c => c != column).Count();

    private string Update(string scope)
    {
        // A column that is another value each time is only ever filled where it is empty: another pass would change what it did.
        var pending = string.Join(" OR ", _task.Columns.Select(c => IsCompared(c)
            ? $"{Exact($"{_source}.{Quote(c.Name)}")} IS DISTINCT FROM {Exact($"{Given}.\"godwit v{Place(c)}\"::{_into.Columns[c.Name].Compared}")}"
            : $"{_source}.{Quote(c.Name)} IS NULL"));
        var set = string.Join(", ", _task.Columns.Select(c => IsCompared(c) ? $"{Quote(c.Name)} = {Value(c)}" : $"{Quote(c.Name)} = coalesce({_source}.{Quote(c.Name)}, {Value(c)})"));
        return $"UPDATE {_from.Sql} SET {set} FROM {GivenRows()} WHERE {KeysAgree()} AND {Unchanged()} AND ({pending}){scope}";
    }

    /// <summary>FOR SHARE: the source's row does not change until what was made of it is there; it is looked at as it is after waiting for its lock.</summary>
    private string Insert(string scope)
    {
        var mark = _key.Columns.Count + Reads + _task.Columns.Count + 1;
        var columns = _task.Columns.Select(c => Quote(c.Name)).Concat(_task.Marker is { } marker ? [Quote(marker)] : []);
        var values = _task.Columns.Select(Value).Concat(_task.Marker is { } named ? [$"${mark}::text::{_into.Columns[named].Type}"] : []);
        return $"""
            INSERT INTO {_into.Sql} ({string.Join(", ", columns)})
            SELECT {string.Join(", ", values)} FROM {GivenRows()} JOIN {_from.Sql} ON {KeysAgree()}
            WHERE {Unchanged()}{scope} ORDER BY {Given}."godwit n" FOR SHARE OF {_source}
            ON CONFLICT ({string.Join(", ", _conflict!.Columns.Select(Quote))}) DO NOTHING
            """;
    }

    private string CompareSame(string scope)
    {
        var filled = _task.Columns.Where(c => !IsCompared(c)).Select(c => $"{_source}.{Quote(c.Name)} IS NOT NULL");
        return $"""
            SELECT {Given}."godwit n", "godwit source"."same", true, coalesce("godwit source"."right", false)
            FROM {GivenRows()} LEFT JOIN LATERAL (
                SELECT {Unchanged()} AS "same", {string.Join(" AND ", filled.Prepend(Right(_source)))} AS "right" FROM {_from.Sql} WHERE {KeysAgree()}{scope}
            ) "godwit source" ON true
            """;
    }

    private string CompareOther(string scope)
    {
        var there = Quote(_into.Reference.Name);
        var agree = _conflict!.Columns.Select(c => $"{there}.{Quote(c)} = {Given}.\"godwit v{Place(_task.Columns.First(f => f.Name == c))}\"::{_into.Columns[c].Compared}");
        string[] looked = [.. JudgedThere.SelectMany(j => j.Row.Prepend(_task.Columns[j.Place].Name)).Select(c => $"{there}.{Quote(c)}::text")];
        return $"""
            SELECT {Given}."godwit n", "godwit source"."same", "godwit there"."right" IS NOT NULL, coalesce("godwit there"."right", false){string.Concat(looked.Select((_, i) => $", \"godwit there\".\"godwit s{i}\""))}
            FROM {GivenRows()} LEFT JOIN LATERAL (
                SELECT {Unchanged()} AS "same" FROM {_from.Sql} WHERE {KeysAgree()}{scope}
            ) "godwit source" ON true LEFT JOIN LATERAL (
                SELECT {Right(there)} AS "right"{string.Concat(looked.Select((c, i) => $", {c} AS \"godwit s{i}\""))} FROM {_into.Sql} WHERE {string.Join(" AND ", agree)}
            ) "godwit there" ON true
            """;
    }

    private UndoSql UndoSame(string scope)
    {
        var filled = string.Join(" OR ", _task.Columns.Select(c => $"{_source}.{Quote(c.Name)} IS NOT NULL"));
        return new UndoSql(
            _key, _from, _task.Where is { } where ? [Condition(where)] : [],
            $"SELECT EXISTS (SELECT FROM {_from.Sql} WHERE ({filled}){scope})",
            $"UPDATE {_from.Sql} SET {string.Join(", ", _task.Columns.Select(c => $"{Quote(c.Name)} = NULL"))}", "FROM", $"({filled})");
    }

    private UndoSql? UndoOther()
    {
        if (_task.UndoWhere is { } where)
            return new UndoSql(_conflict!, _into, [Condition(where)], $"SELECT EXISTS (SELECT FROM {_into.Sql} WHERE {Condition(where)})", $"DELETE FROM {_into.Sql}", "USING", Condition(where));
        if (_task.Marker is not { } marker) return null;
        var mark = $"{Quote(_into.Reference.Name)}.{Quote(marker)} = ";
        var type = $"::text::{_into.Columns[marker].Type}";
        return new UndoSql(_conflict!, _into, [mark, type], $"SELECT EXISTS (SELECT FROM {_into.Sql} WHERE {mark}$1{type})", $"DELETE FROM {_into.Sql}", "USING", $"{mark}${_conflict!.Columns.Count + 1}{type}");
    }
}
