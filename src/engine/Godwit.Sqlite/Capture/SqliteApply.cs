using System.Buffers.Binary;
using System.Security.Cryptography;
using Godwit.Engine.Live;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Godwit.Model.Moves;
using Godwit.Sqlite.Decoding;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Reading.Encoders;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <summary>
/// Applies a delta of the other side to a SQLite database, in the caller's transaction: of each table every changed row goes, then every one that is still there comes,
/// with the rowid that it had. The connection has triggers and foreign keys off: what is applied is neither recorded nor refused nor followed by the application's triggers.
/// </summary>
internal sealed class SqliteApply(SqliteConnection connection, TextEncoding encoding, IReadOnlyDictionary<LiveTable, CapturedTable> tables)
{
    private const string Known = "temp._godwit_rowids";

    private readonly UInt128 _key = SipHash.Key(RandomNumberGenerator.GetBytes(16));

    /// <returns>Rows written, and rows that this database cannot hold as they are.</returns>
    public DeltaRows Run(IChangeDelta delta, CancellationToken cancellation)
    {
        var (rows, unfit) = (0L, 0L);
        var changed = delta.Keys.Keys.Concat(delta.Whole).Select(t => (Table: t, Captured: tables[t])).OrderBy(t => t.Captured.Number).ToList();
        // Of a table all go before any comes: a unique value may have gone from one row to another.
        foreach (var (table, captured) in changed)
        {
            var whole = delta.Whole.Contains(table);
            if (whole) connection.Execute($"DELETE FROM main.{SqliteName.Quote(captured.Table.Name)}");
            var kept = !whole && Remove(delta, table, captured, cancellation);
            var (written, sent) = Insert(delta, table, captured, kept, cancellation);
            (rows, unfit) = (rows + written.Rows, unfit + written.Unfit);
            if (written.Unfit == 0 && sent != (whole ? ReadAll(table, captured) : ReadAgain(delta, table, captured, cancellation))) throw new AppliedOtherwiseException(table.Plan.SourceName);
        }
        return new DeltaRows(rows, unfit);
    }

    /// <returns>Whether the removed rows' rowids are kept, for a table whose rowid is no column.</returns>
    private bool Remove(IChangeDelta delta, LiveTable table, CapturedTable captured, CancellationToken cancellation)
    {
        var (keys, where) = KeyOf(table);
        var from = $"main.{SqliteName.Quote(captured.Table.Name)}";
        var keepsRowId = captured.Table is { WithoutRowId: false, RowIdAlias: null, RowIdName: not null };
        if (keepsRowId)
        {
            connection.Execute($"DROP TABLE IF EXISTS {Known}");
            connection.Execute($"CREATE TABLE {Known} AS SELECT {string.Join(", ", keys.Select((k, i) => $"{k} AS k{i + 1}"))}, {RowId(captured)} AS r FROM {from} WHERE 0");
        }
        if (keepsRowId) connection.Execute($"CREATE INDEX temp._godwit_rowids_keys ON _godwit_rowids({string.Join(", ", keys.Select((_, i) => $"k{i + 1}"))})");
        using var keep = keepsRowId ? connection.Prepare($"INSERT INTO {Known} SELECT {string.Join(", ", keys)}, {RowId(captured)} FROM {from} WHERE {where}") : null;
        using var remove = connection.Prepare($"DELETE FROM {from} WHERE {where}");
        var decoder = new InverseDecoder([.. table.Key.Select(k => table.Plan.Columns[k])]);
        var image = new SourceImage();
        delta.FillKeys(
            table,
            new TupleSplitter(tuple =>
            {
                // A key that cannot have come from here is of no row here.
                if (!TryDecode(decoder, tuple, image)) return;
                foreach (var statement in new[] { keep, remove }.OfType<SqliteStatement>()) Step(statement, image.Bytes);
            }),
            cancellation);
        return keepsRowId;
    }

    private static (IReadOnlyList<string> Keys, string Where) KeyOf(LiveTable table)
    {
        var keys = table.Key.Select(k => SqliteName.Quote(table.Plan.Columns[k].SourceName)).ToList();
        return (keys, string.Join(" AND ", keys.Select((k, i) => $"{k} IS ?{i + 1} AND {k} COLLATE BINARY IS ?{i + 1} AND typeof({k}) = typeof(?{i + 1})")));
    }

    private (DeltaRows Rows, RangeDigest Sent) Insert(IChangeDelta delta, LiveTable table, CapturedTable captured, bool keepsRowId, CancellationToken cancellation)
    {
        var columns = table.Plan.Columns.Where(c => c.GeneratedSql is null).ToList();
        var names = columns.Select(c => SqliteName.Quote(c.SourceName)).ToList();
        var values = columns.Select((_, i) => $"?{i + 1}").ToList();
        if (keepsRowId)
        {
            names.Add(RowId(captured));
            var same = table.Key.Select((k, part) => $"k{part + 1} COLLATE BINARY IS ?{columns.IndexOf(table.Plan.Columns[k]) + 1}");
            values.Add($"coalesce((SELECT r FROM {Known} WHERE {string.Join(" AND ", same)}), ?{columns.Count + 1})");
        }
        // Above every rowid that is there or comes again: SQLite's own choice could be one of a row that is still to come.
        var rowId = keepsRowId ? connection.QueryInteger($"SELECT max(coalesce((SELECT max({RowId(captured)}) FROM main.{SqliteName.Quote(captured.Table.Name)}), 0), coalesce((SELECT max(r) FROM {Known}), 0))") : null;
        using var insert = connection.Prepare($"INSERT INTO main.{SqliteName.Quote(captured.Table.Name)} ({string.Join(", ", names)}) VALUES ({string.Join(", ", values)})");
        var decoder = new InverseDecoder(columns);
        var image = new SourceImage();
        var (rows, unfit) = (0L, 0L);
        var sent = default(RangeDigest);
        delta.FillRows(
            table,
            new TupleSplitter(tuple =>
            {
                if (!TryDecode(decoder, tuple, image))
                {
                    unfit++;
                    return;
                }
                // At the greatest that there is SQLite looks for a free one itself.
                if (rowId is { } last) insert.Bind(columns.Count + 1, last < long.MaxValue ? (rowId = last + 1) : null);
                Step(insert, image.Bytes);
                sent.Add(SipHash.Hash(_key, tuple));
                rows++;
            }),
            unfit: null,
            cancellation);
        return (new DeltaRows(rows, unfit), sent);
    }

    /// <summary>The changed rows as this database has them now, encoded as for the way there: what it could not hold as it came is not equal to what came.</summary>
    private RangeDigest ReadAgain(IChangeDelta delta, LiveTable table, CapturedTable captured, CancellationToken cancellation)
    {
        using var reading = new Reading(connection, encoding, _key, table, captured, KeyOf(table).Where);
        var decoder = new InverseDecoder([.. table.Key.Select(k => table.Plan.Columns[k])]);
        var image = new SourceImage();
        delta.FillKeys(table, new TupleSplitter(tuple => { if (TryDecode(decoder, tuple, image)) Step(reading.Statement, image.Bytes, reading.Take); }), cancellation);
        return reading.Digest;
    }

    private RangeDigest ReadAll(LiveTable table, CapturedTable captured)
    {
        using var reading = new Reading(connection, encoding, _key, table, captured, "1");
        Step(reading.Statement, [], reading.Take);
        return reading.Digest;
    }

    private sealed class Reading : IDisposable
    {
        private readonly ColumnEncoder[] _encoders;
        private readonly RowImageBuffer _buffer;
        private RangeDigest _digest;

        public Reading(SqliteConnection connection, TextEncoding encoding, UInt128 key, LiveTable table, CapturedTable captured, string where)
        {
            var columns = table.Plan.Columns.Where(c => c.GeneratedSql is null).ToList();
            _encoders = [.. columns.Select((column, position) => EncoderFactory.Create(column, position, encoding, checks: true))];
            _buffer = new RowImageBuffer(key, sink: null);
            Statement = connection.Prepare($"SELECT {string.Join(", ", columns.Select(c => SqliteName.Quote(c.SourceName)))} FROM main.{SqliteName.Quote(captured.Table.Name)} WHERE {where}");
        }

        public SqliteStatement Statement { get; }

        public RangeDigest Digest => _digest;

        public void Take()
        {
            _buffer.BeginRow(_encoders.Length);
            // A value that does not fit leaves an image that no row has.
            foreach (var encoder in _encoders) _ = encoder.TryEncode(_buffer, Statement.Handle);
            _digest.Add(_buffer.EndRow());
        }

        public void Dispose()
        {
            Statement.Dispose();
            _buffer.Dispose();
        }
    }

    private static string RowId(CapturedTable captured) => SqliteName.Quote(captured.Table.RowIdName!);

    private static bool TryDecode(InverseDecoder decoder, ReadOnlySpan<byte> tuple, SourceImage image)
    {
        image.Clear();
        try
        {
            decoder.Decode(tuple, image);
            return true;
        }
        catch (UndecodableException)
        {
            // What the other side holds by now is nothing that this side ever had.
            return false;
        }
    }

    private static void Step(SqliteStatement statement, ReadOnlySpan<byte> image, Action? row = null)
    {
        var index = 1;
        for (; !image.IsEmpty; index++)
        {
            var tag = image[0];
            image = image[1..];
            switch (tag)
            {
                case (byte)'N':
                    statement.Bind(index, null);
                    break;
                case (byte)'I':
                    statement.Bind(index, BinaryPrimitives.ReadInt64BigEndian(image));
                    image = image[sizeof(long)..];
                    break;
                case (byte)'R':
                    statement.Bind(index, BinaryPrimitives.ReadDoubleBigEndian(image));
                    image = image[sizeof(double)..];
                    break;
                default:
                    var length = BinaryPrimitives.ReadInt32BigEndian(image);
                    var bytes = image.Slice(sizeof(int), length);
                    _ = tag == (byte)'T' ? statement.BindText(index, bytes) : statement.BindBlob(index, bytes);
                    image = image[(sizeof(int) + length)..];
                    break;
            }
        }
        try
        {
            while (statement.Step()) row?.Invoke();
        }
        finally
        {
            statement.Reset();
        }
    }
}
