using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Profiling;

/// <summary>
/// Reads a table, or a range of it, once and says what every column is like. Columns are selected as they are: a function or a cast could hide
/// what is stored.
/// </summary>
public static class TableProfiler
{
    /// <summary>Rows between two looks at the token and two reports of progress.</summary>
    private const long Stride = 8192;

    /// <summary>Before each field of a row image.</summary>
    private const long LengthWord = 4;

    /// <exception cref="SqliteException">SQLite reported a fault.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <param name="range">Rowids to read; ignored for a table without rowid, which is read whole.</param>
    public static TableProfile Profile(SqliteConnection connection, TableToProfile table, RowIdRange range, ProfileOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var statement = ProfileStatement.Prepare(connection, table, range);
        using var registration = cancellation.Register(connection.Interrupt);
        try
        {
            return new Pass(statement, table, options).Run(cancellation) with { Range = range };
        }
        catch (SqliteException e) when (e.Code == SqliteApi.Interrupted && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("profiling was cancelled", e, cancellation);
        }
    }

    private sealed class Pass
    {
        private readonly SqliteStatement _statement;
        private readonly nint _handle;
        private readonly TableToProfile _table;
        private readonly ProfileOptions _options;
        private readonly ColumnProfile[] _columns;
        private readonly bool _hasRowId;
        private readonly List<long> _cuts = [];
        private byte[] _buffer = [];
        private long _rows;
        private long _bytes;
        private long _maxRowBytes;
        private long _imageBytes;
        private readonly List<long> _oversized = [];
        private long _oversizedRows;

        public Pass(SqliteStatement statement, TableToProfile table, ProfileOptions options)
        {
            _statement = statement;
            _handle = statement.Handle;
            _table = table;
            _options = options;
            _columns = [.. table.Columns.Select(c => new ColumnProfile(c, options))];
            _hasRowId = ProfileStatement.RowIdName(table) is not null;
        }

        public TableProfile Run(CancellationToken cancellation)
        {
            long rowsOfRange = 0, bytesOfRange = 0, reportedRows = 0, reportedBytes = 0;
            while (_statement.Step())
            {
                _rows++;
                var row = _hasRowId ? SqliteApi.ColumnInteger(_handle, 0) : _rows;
                var bytes = AddRow(row);
                _bytes += bytes;
                if (bytes > _maxRowBytes) _maxRowBytes = bytes;
                if (_imageBytes > _options.LargestRow && _oversizedRows++ < ValueGroup.SampleSize) _oversized.Add(row);
                rowsOfRange++;
                bytesOfRange += bytes;
                if (_hasRowId && (rowsOfRange >= _options.RowsPerRange || bytesOfRange >= _options.BytesPerRange))
                {
                    _cuts.Add(row);
                    rowsOfRange = bytesOfRange = 0;
                }
                if (_rows % Stride != 0) continue;
                cancellation.ThrowIfCancellationRequested();
                _options.OnProgress?.Invoke(_rows - reportedRows, _bytes - reportedBytes);
                (reportedRows, reportedBytes) = (_rows, _bytes);
            }
            _options.OnProgress?.Invoke(_rows - reportedRows, _bytes - reportedBytes);
            return new TableProfile
            {
                Table = _table, Columns = _columns, Rows = _rows, Bytes = _bytes, MaxRowBytes = _maxRowBytes,
                OversizedRows = _oversizedRows, FirstOversizedRows = _oversized, TailRows = rowsOfRange, TailBytes = bytesOfRange, CutPoints = _cuts,
            };
        }

        /// <returns>Bytes as the source keeps them.</returns>
        private long AddRow(long row)
        {
            long bytes = 0;
            long grown = 0;
            var at = _hasRowId ? 1 : 0;
            foreach (var column in _columns)
            {
                switch ((StorageClass)SqliteApi.ColumnType(_handle, at))
                {
                    case StorageClass.Integer:
                        column.AddInteger(SqliteApi.ColumnInteger(_handle, at), row);
                        bytes += 8;
                        break;
                    case StorageClass.Real:
                        column.AddReal(SqliteApi.ColumnReal(_handle, at), row);
                        bytes += 8;
                        break;
                    case StorageClass.Text:
                        var text = _statement.GetBytes(at);
                        grown += AddText(column, text, row) - text.Length;
                        bytes += text.Length;
                        break;
                    case StorageClass.Blob:
                        var length = SqliteApi.ColumnBytes(_handle, at);
                        column.AddBlob(length, row);
                        bytes += length;
                        break;
                    default:
                        column.AddNull(row);
                        break;
                }
                at++;
            }
            _imageBytes = bytes + grown + LengthWord * _columns.Length;
            return bytes;
        }

        /// <returns>Bytes of the text as it is sent: UTF-8 may be half as much again as UTF-16. One that is not valid goes to quarantine as it is.</returns>
        private long AddText(ColumnProfile column, ReadOnlySpan<byte> text, long row)
        {
            if (_options.Encoding == TextEncoding.Utf8)
                column.AddText(text, row);
            else if (Utf16ToUtf8.TryConvert(text, _options.Encoding == TextEncoding.Utf16BigEndian, ref _buffer, out var utf8))
            {
                column.AddText(utf8, row);
                return utf8.Length;
            }
            else
                column.AddInvalidText(text.Length, row);
            return text.Length;
        }
    }
}
