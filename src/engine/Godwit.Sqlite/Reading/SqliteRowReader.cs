using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Sqlite.Decoding;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Reading.Encoders;
using Godwit.Sqlite.Transforming;

namespace Godwit.Sqlite.Reading;

/// <summary>Reads one table's rows from one connection of the snapshot into row images.</summary>
public sealed class SqliteRowReader : IRowReader, ISourceRow
{
    /// <summary>How often a long read looks whether it is to stop.</summary>
    private const int RowsBetweenLooks = 1024;

    private readonly SqliteConnection _connection;
    private readonly Action _release;
    private readonly TablePlan _table;
    private readonly ReadPurpose _purpose;
    private readonly ColumnPlan[] _columns;
    private readonly ColumnPlan[] _selected;
    private readonly ColumnEncoder[] _encoders;
    private readonly QuarantineFilter? _quarantine;
    private readonly QuarantineEncoder? _raw;
    private readonly string[] _rawColumns;
    private readonly SourceImageReader _sourceImage;
    private readonly SourceImage _image = new();
    private readonly bool _readsRowId;
    private readonly LiveReading? _live;
    private SqliteStatement? _statement;
    private long _ordinal;

    /// <param name="connection">A connection of the snapshot, used by this reader alone until <paramref name="release"/> is called.</param>
    /// <param name="release">Gives the connection back.</param>
    /// <param name="table">What to read.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="encoding">How the database keeps its text.</param>
    /// <param name="createEncoder">Makes a column's encoder; the default is <see cref="EncoderFactory.Create"/>. Tests put broken ones in.</param>
    /// <param name="live">What is different where the source is written to meanwhile; null where it stands still.</param>
    public SqliteRowReader(
        SqliteConnection connection,
        Action release,
        TablePlan table,
        ReadPurpose purpose,
        TextEncoding encoding,
        Func<ColumnPlan, int, TextEncoding, ColumnEncoder>? createEncoder = null,
        LiveReading? live = null)
    {
        _live = live;
        _connection = connection;
        _release = release;
        _table = table;
        _purpose = purpose;
        _columns = purpose == ReadPurpose.Copy ? [.. table.Columns.Where(c => c.GeneratedSql is null)] : [.. table.Columns];
        // A computed column is not copied, but a misfit in it keeps the row from the table, where computing it again would fail.
        _selected = [.. _columns, .. (table.Quarantine?.Columns ?? []).Select(c => table.Columns[c]).Except(_columns)];
        // What a profile has seen is not asked again; a row that came since may hold anything.
        var checks = live is not null;
        createEncoder ??= (column, position, encoding) => EncoderFactory.Create(column, position, encoding, checks);
        _encoders = [.. _columns.Select((column, position) => createEncoder(column, position, encoding))];
        _quarantine = table.Quarantine is { } plan
            ? new QuarantineFilter(table, plan, column => Array.IndexOf(_selected, table.Columns[column]), encoding)
            : null;
        _rawColumns = purpose == ReadPurpose.Quarantine && table.Quarantine?.Raw is { } raw ? [.. raw.Select(c => SelectStatement.Quote(c.SourceName))] : [];
        _raw = purpose != ReadPurpose.Quarantine ? null : _rawColumns.Length > 0 ? new QuarantineEncoder(_selected.Length, _rawColumns.Length) : new QuarantineEncoder(0, _columns.Length);
        _sourceImage = new SourceImageReader(_columns, PragmaName(encoding), KeyedMoves.IsOneWay);
        _readsRowId = table.HasRowId && (purpose != ReadPurpose.Copy || _quarantine is not null);
    }

    public long RowNumber => _readsRowId ? _statement!.GetInteger(_selected.Length + _rawColumns.Length) : _ordinal;

    public ReadOnlySpan<byte> SourceImage()
    {
        _image.Clear();
        _sourceImage.Read(_statement!, _image);
        return _image.Bytes;
    }

    public long Read(RowIdRange range, RowImageBuffer buffer, IRowVisitor visitor, CancellationToken cancellation)
    {
        // An interrupt reaches a statement that is deep in a scan; without one the loop looks by itself.
        using var interrupt = cancellation.Register(_connection.Interrupt);
        using var statement = _connection.Prepare(SelectStatement.For(_table, [.. _selected.Select(TransformSql.Of), .. _rawColumns], range, _readsRowId, _live?.Condition));
        statement.Bind(SelectStatement.Arguments(range));
        _statement = statement;
        _ordinal = 0;
        try
        {
            return ReadRows(statement, buffer, visitor, cancellation);
        }
        catch (SqliteException fault) when (fault.Code == SqliteApi.Interrupted)
        {
            throw new OperationCanceledException(fault.Message, fault, cancellation);
        }
        finally
        {
            _statement = null;
        }
    }

    private long ReadRows(SqliteStatement statement, RowImageBuffer buffer, IRowVisitor visitor, CancellationToken cancellation)
    {
        var encoders = _encoders;
        var leftOut = 0L;
        while (statement.Step())
        {
            if ((++_ordinal & (RowsBetweenLooks - 1)) == 0) cancellation.ThrowIfCancellationRequested();
            if (_quarantine is not null)
            {
                var reason = _quarantine.Reason(statement, RowNumber);
                if (reason is not null) leftOut++;
                if (_purpose == ReadPurpose.Quarantine)
                {
                    if (reason is null) continue;
                    visitor.Visit(_raw!.Encode(buffer, statement, RowNumber, reason), buffer, this);
                    continue;
                }
                if (reason is not null) continue;
            }
            if (Encode(statement, buffer, encoders)) visitor.Visit(buffer.EndRow(), buffer, this);
            else leftOut++;
        }
        return leftOut;
    }

    /// <returns>False for a row that is left out, and told of.</returns>
    private bool Encode(SqliteStatement statement, RowImageBuffer buffer, ColumnEncoder[] encoders)
    {
        buffer.BeginRow(encoders.Length);
        for (var i = 0; i < encoders.Length; i++)
        {
            if (encoders[i].TryEncode(buffer, statement.Handle)) continue;
            if (_live is null || !buffer.TryAbandonRow()) throw new MisfitException(_table.SourceName, _columns[i].SourceName, RowNumber);
            _live.Unfit(statement, _columns[i].SourceName);
            return false;
        }
        return true;
    }

    private static string PragmaName(TextEncoding encoding) => encoding switch
    {
        TextEncoding.Utf16LittleEndian => "UTF-16le",
        TextEncoding.Utf16BigEndian => "UTF-16be",
        _ => "UTF-8",
    };

    public void Dispose()
    {
        _quarantine?.Dispose();
        _release();
    }
}
