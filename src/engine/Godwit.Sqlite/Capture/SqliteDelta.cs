using System.Globalization;
using Godwit.Engine.Live;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Reading.Encoders;
using Godwit.Sqlite.Schemas;
using Godwit.Sqlite.Transforming;

namespace Godwit.Sqlite.Capture;

/// <summary>
/// A delta of a SQLite source: log and rows read in one transaction, which ends with it. The changed keys stand in a table of the connection's own, so that the
/// log is gone through once however many tables there are.
/// </summary>
internal sealed class SqliteDelta : IChangeDelta
{
    private const string Changed = "temp._godwit_delta";

    private readonly SqliteConnection _connection;
    private readonly TextEncoding _encoding;
    private readonly IReadOnlyDictionary<LiveTable, CapturedTable> _captured;

    private SqliteDelta(SqliteConnection connection, TextEncoding encoding, IReadOnlyDictionary<LiveTable, CapturedTable> captured, string since, string until, IReadOnlyCollection<LiveTable> whole)
    {
        _connection = connection;
        _encoding = encoding;
        _captured = captured;
        Since = since;
        Until = until;
        Whole = whole;
        Keys = captured.Where(c => c.Key.HasKey && !whole.Contains(c.Key))
            .Select(c => (c.Key, Count: connection.QueryInteger($"SELECT count(*) FROM {Changed} WHERE t = ?1", c.Value.Number) ?? 0)).Where(c => c.Count > 0).ToDictionary(c => c.Key, c => c.Count);
    }

    public string Since { get; }

    public string Until { get; }

    public IReadOnlyDictionary<LiveTable, long> Keys { get; }

    public IReadOnlyCollection<LiveTable> Whole { get; }

    /// <param name="connection">Of this delta alone until it is disposed; in a transaction, which ends with it.</param>
    /// <param name="encoding">How the database keeps its text.</param>
    /// <param name="captured">The tables whose changes are recorded.</param>
    /// <param name="since">What a former delta went up to.</param>
    /// <param name="keyless">Whether tables without a key are in it.</param>
    /// <exception cref="SqliteException">The source cannot be read now.</exception>
    /// <exception cref="RewoundException">The log is not what went on from there.</exception>
    public static SqliteDelta Read(SqliteConnection connection, TextEncoding encoding, IReadOnlyDictionary<LiveTable, CapturedTable> captured, string since, bool keyless)
    {
        var parts = SqliteCapture.KeyParts(captured.Values);
        var from = LogPosition.Check(connection, since, parts);
        var until = LogPosition.Read(connection, parts);
        var keys = Enumerable.Range(0, parts).Select(CaptureNames.KeyColumn);
        connection.Execute($"DROP TABLE IF EXISTS {Changed}");
        // By storage class too: as keys of a column without affinity 1 and 1.0 are two.
        connection.Execute($"CREATE TABLE {Changed} AS SELECT DISTINCT t, {string.Join(", ", keys.Select(k => $"{k}, typeof({k}) AS {k}_class"))} FROM main.{SqliteName.Quote(CaptureNames.Changes)} WHERE n > {CaptureNames.Number(from)} AND n <= {CaptureNames.Number(until.Last)}");
        connection.Execute("CREATE INDEX temp._godwit_delta_tables ON _godwit_delta(t)");
        var renumbered = keyless && since == LogPosition.Beginning && SqliteState.Read(connection, SqliteState.Shape) != CaptureNames.Number(LiveSchema.VersionOf(connection));
        var whole = captured.Where(c => c.Key.HasKey ? IsMendedAfter(connection, c.Value, from) || (renumbered && IsReadByRowId(c.Value)) : keyless).Select(c => c.Key).ToList();
        return new SqliteDelta(connection, encoding, captured, since, until.ToString(), whole);
    }

    /// <summary>
    /// Whether the copy has found its rows by a number that is not their key. A VACUUM in the middle may number them anew, and notes no key (https://sqlite.org/lang_vacuum.html): rows that
    /// were still to be read would then be where nobody looks any more.
    /// </summary>
    private static bool IsReadByRowId(CapturedTable table) => table is { Key.IsRowId: false, Table.WithoutRowId: false };

    private static bool IsMendedAfter(SqliteConnection connection, CapturedTable table, long from) =>
        SqliteState.Read(connection, SqliteState.Mended + CaptureNames.Number(table.Number)) is { } mended && long.Parse(mended, CultureInfo.InvariantCulture) > from;

    public long FillKeys(LiveTable table, IRowImageSink sink, CancellationToken cancellation)
    {
        var keys = string.Join(", ", table.Key.Select((_, part) => CaptureNames.KeyColumn(part)));
        return Fill([.. table.Key.Select(k => table.Plan.Columns[k])], $"SELECT {keys} FROM {Changed} WHERE t = ?1", table, sink, unfit: null, cancellation).Rows;
    }

    public DeltaRows FillRows(LiveTable table, IRowImageSink sink, Action<UnfitRow>? unfit, CancellationToken cancellation)
    {
        var columns = table.Plan.Columns.Where(c => c.GeneratedSql is null).ToList();
        var key = table.Key.Select(k => SqliteName.Qualify("o", table.Plan.Columns[k].SourceName)).ToList();
        var from = $"main.{SqliteName.Quote(table.Plan.SourceName)} AS o";
        var where = "";
        if (!Whole.Contains(table))
        {
            // CROSS keeps the order of the join: the keys are few, the table is not (https://sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join).
            from = $"{Changed} AS d CROSS JOIN {from}";
            // The bare comparison finds the row by its index, by whatever collation that has; the others tell which of those it finds is meant.
            var same = key.Select((column, part) => (column, key: $"d.{CaptureNames.KeyColumn(part)}")).Select(p => $"{p.column} IS {p.key} AND {p.column} COLLATE BINARY IS {p.key} AND typeof({p.column}) = {p.key}_class");
            where = $" WHERE d.t = ?1 AND {string.Join(" AND ", same)}";
        }
        return Fill(columns, $"SELECT {string.Join(", ", columns.Select(Value).Concat(key))} FROM {from}{where}", table, sink, unfit, cancellation);
    }

    public IEnumerable<string> KeyTexts(LiveTable table)
    {
        var parts = table.Key.Count;
        using var statement = _connection.Prepare($"SELECT {string.Join(", ", Enumerable.Range(0, parts).Select(CaptureNames.KeyColumn))} FROM {Changed} WHERE t = ?1");
        statement.Bind(_captured[table].Number);
        while (statement.Step()) yield return KeyText.Of(statement, Enumerable.Range(0, parts));
    }

    private static string Value(ColumnPlan column) => column.Transform is { } transform ? TransformSql.Of(transform, "o") : SqliteName.Qualify("o", column.SourceName);

    private DeltaRows Fill(List<ColumnPlan> columns, string sql, LiveTable table, IRowImageSink sink, Action<UnfitRow>? unfit, CancellationToken cancellation)
    {
        using var buffer = new RowImageBuffer(key: default, sink, hashing: false);
        using var scratch = new RowImageBuffer(key: default, sink: null, hashing: false);
        using var interrupt = cancellation.Register(_connection.Interrupt);
        using var statement = _connection.Prepare(sql);
        if (!Whole.Contains(table)) statement.Bind(_captured[table].Number);
        var encoders = columns.Select((column, position) => EncoderFactory.Create(column, position, _encoding, checks: true)).ToArray();
        var (rows, misfits) = (0L, 0L);
        while (statement.Step())
        {
            // Tried out first: a buffer cannot take back what it has been given.
            if (Write(scratch, encoders, statement) is { } misfit)
            {
                misfits++;
                unfit?.Invoke(new UnfitRow(KeyText.Of(statement, Enumerable.Range(columns.Count, table.Key.Count)), columns[misfit].SourceName));
                continue;
            }
            _ = Write(buffer, encoders, statement);
            rows++;
        }
        buffer.Complete();
        return new DeltaRows(rows, misfits);
    }

    /// <returns>The column that does not fit; null when all do.</returns>
    private static int? Write(RowImageBuffer buffer, ColumnEncoder[] encoders, SqliteStatement statement)
    {
        buffer.BeginRow(encoders.Length);
        var misfit = Array.FindIndex(encoders, e => !e.TryEncode(buffer, statement.Handle));
        buffer.EndRow();
        return misfit < 0 ? null : misfit;
    }

    public void Dispose() => _connection.RollBack();
}
