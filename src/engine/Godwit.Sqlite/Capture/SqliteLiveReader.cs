using Godwit.Engine.Live;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Reading.Encoders;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <summary>
/// Reads a table in transactions so short that nobody waits for them: one that reads for long keeps writers out where there is no write-ahead log, and where there is
/// one, keeps it from being written back.
/// </summary>
internal sealed class SqliteLiveReader : IRowReader
{
    private const string Changed = "temp._godwit_left";
    private const int FewestRows = 500, MostRows = 50_000;

    /// <summary>What one transaction is to take. Whoever holds back rests between two of them, so that most of the time nobody reads, and a write-ahead log can begin anew.</summary>
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(8);

    private readonly SqliteLiveSource _source;
    private readonly LiveTable _live;
    private readonly TablePlan _table;
    private readonly SqliteConnection _connection;
    private readonly SqliteRowReader _reader;
    private readonly string? _since;
    private readonly LiveExclusions _left;
    private readonly CapturedTable _captured;
    private long? _seen;
    private int _rows = FewestRows * 4;

    public SqliteLiveReader(SqliteLiveSource source, LiveTable live, TablePlan table, ReadPurpose purpose, string? since, LiveExclusions left, Action<UnfitRow> unfit)
    {
        _source = source;
        _live = live;
        _table = table;
        _since = since;
        _left = left;
        _captured = source.Schema.Tables[live];
        _connection = source.OpenReader();
        // The key stands among the columns that are read: in the order of the plan, generated ones left out where they are not copied.
        var read = purpose == ReadPurpose.Copy ? table.Columns.Where(c => c.GeneratedSql is null).ToList() : [.. table.Columns];
        var key = live.Key.Select(k => read.IndexOf(table.Columns[k])).ToList();
        _reader = new SqliteRowReader(_connection, () => { }, table, purpose, source.Encoding, createEncoder: null, new LiveReading(since is null || !live.HasKey ? null : Unchanged(), (statement, column) => unfit(new UnfitRow(KeyText.Of(statement, key), column))));
    }

    private string Number => CaptureNames.Number(_captured.Number);

    public long Read(RowIdRange range, RowImageBuffer buffer, IRowVisitor visitor, CancellationToken cancellation)
    {
        if (_since is not null && !_live.HasKey)
        {
            // It goes over as a whole, and is compared as it does.
            _left.AddWhole(_live);
            return 0;
        }
        var leftOut = 0L;
        for (var (at, more) = (range, true); more;)
        {
            visitor.Between(buffer);
            var began = TimeProvider.System.GetTimestamp();
            _source.Begin(_connection, cancellation);
            try
            {
                if (_since is not null && _live.HasKey) Refresh(_since);
                var end = EndOf(at);
                var part = at with { UpTo = end ?? at.UpTo };
                leftOut += _reader.Read(part, buffer, visitor, cancellation);
                if (_since is not null && _live.HasKey) Exclude(part);
                more = end is not null;
                at = at with { After = part.UpTo };
                // What this connection keeps of changed rows was written in this transaction too, and the next part needs it.
                _connection.Execute("COMMIT");
            }
            catch
            {
                _connection.RollBack();
                throw;
            }
            var took = TimeProvider.System.GetElapsedTime(began);
            if (took < s_short / 2) _rows = Math.Min(_rows * 2, MostRows);
            else if (took > s_short * 2) _rows = Math.Max(_rows / 2, FewestRows);
        }
        return leftOut;
    }

    /// <summary>The last row of as many as are read at once; null where no more are left than that, or where a part would not be one of the key.</summary>
    private long? EndOf(RowIdRange range)
    {
        // Rows that changed are told by their key: whether one belongs to a part has to follow from it.
        if (!_table.HasRowId || (_since is not null && _captured.Key is not { IsRowId: true })) return null;
        var rowId = SelectStatement.RowIdName(_table);
        var conditions = new List<string>();
        if (range.After is not null) conditions.Add($"{rowId} > ?{conditions.Count + 1}");
        if (range.UpTo is not null) conditions.Add($"{rowId} <= ?{conditions.Count + 1}");
        var where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
        return _connection.QueryInteger($"SELECT {rowId} FROM main.{SqliteName.Quote(_table.SourceName)}{where} ORDER BY {rowId} LIMIT 1 OFFSET {CaptureNames.Number(_rows)}", SelectStatement.Arguments(range));
    }

    /// <summary>Adds the keys that were logged since this connection last looked.</summary>
    private void Refresh(string since)
    {
        var parts = SqliteCapture.KeyParts(_source.Schema.Tables.Values);
        var keys = _live.Key.Select((_, part) => CaptureNames.KeyColumn(part)).ToList();
        if (_seen is null)
        {
            _seen = LogPosition.Check(_connection, since, parts);
            // Of the columns' own affinities: an index is of use only to a comparison that converts as it did (https://sqlite.org/datatype3.html#comparison_expressions).
            _connection.Execute($"CREATE TABLE {Changed}({string.Join(", ", keys.Select((k, part) => $"{k} {AffinityOf(part)}, {k}_class"))})");
            _connection.Execute($"CREATE INDEX temp._godwit_left_keys ON _godwit_left({string.Join(", ", keys)})");
        }
        var end = LogPosition.LastOf(_connection);
        if (end == _seen) return;
        _connection.Execute(
            $"INSERT INTO {Changed} SELECT DISTINCT {string.Join(", ", keys.Select(k => $"{k}, typeof({k})"))} FROM main.{SqliteName.Quote(CaptureNames.Changes)} WHERE n > ?1 AND n <= ?2 AND t = ?3",
            _seen, end, _captured.Number);
        _seen = end;
    }

    private string AffinityOf(int part) => _table.Columns[_live.Key[part]].Affinity is not Affinity.Blob and var affinity ? affinity.ToString().ToUpperInvariant() : "";

    private string Unchanged()
    {
        var columns = _live.Key.Select(k => SqliteName.Quote(_table.Columns[k].SourceName)).ToList();
        if (_captured.Key is { IsRowId: true }) return $"{columns[0]} NOT IN (SELECT k1 FROM {Changed} WHERE k1 IS NOT NULL)";
        var same = columns.Select((column, part) => (column: $"{SqliteName.Quote(_table.SourceName)}.{column}", key: $"c.{CaptureNames.KeyColumn(part)}")).Select(p => $"{p.key} IS {p.column} AND {p.column} COLLATE BINARY IS {p.key} AND typeof({p.column}) = {p.key}_class");
        return $"NOT EXISTS (SELECT 1 FROM {Changed} AS c WHERE {string.Join(" AND ", same)})";
    }

    /// <summary>Names the changed rows of a part, as the target has their keys: those that cannot go over are of no row there.</summary>
    private unsafe void Exclude(RowIdRange part)
    {
        var columns = _live.Key.Select(k => _table.Columns[k]).ToList();
        var keys = columns.Select((_, at) => CaptureNames.KeyColumn(at));
        var bounds = new List<string>();
        if (_captured.Key is { IsRowId: true } && part.After is { } after) bounds.Add($"k1 > {CaptureNames.Number(after)}");
        if (_captured.Key is { IsRowId: true } && part.UpTo is { } upTo) bounds.Add($"k1 <= {CaptureNames.Number(upTo)}");
        using var statement = _connection.Prepare($"SELECT DISTINCT {string.Join(", ", keys)} FROM {Changed}{(bounds.Count == 0 ? "" : $" WHERE {string.Join(" AND ", bounds)}")}");
        using var buffer = new RowImageBuffer(key: default, sink: null, hashing: false);
        var encoders = columns.Select((column, position) => EncoderFactory.Create(column, position, _source.Encoding, checks: true)).ToArray();
        while (statement.Step())
        {
            buffer.BeginRow(encoders.Length);
            var fits = Array.TrueForAll(encoders, e => e.TryEncode(buffer, statement.Handle));
            buffer.EndRow();
            if (fits && buffer.TryGetRow(out var image)) _left.Add(_live, image);
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _connection.Dispose();
    }
}
