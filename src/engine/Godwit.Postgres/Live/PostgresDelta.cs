using System.Buffers;
using System.Buffers.Binary;
using System.Data;
using System.Globalization;
using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Names;
using Godwit.Postgres.Copying;
using Godwit.Postgres.Reading;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>
/// A delta of a PostgreSQL database: log and rows read in one REPEATABLE READ transaction, which ends with it. Its position is that transaction's snapshot.
/// </summary>
public sealed class PostgresDelta : IChangeDelta
{
    /// <summary>A position before everything that was ever written.</summary>
    public const string Beginning = "3:3:";

    private readonly TargetSession _session;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly IReadOnlyDictionary<LiveTable, CapturedRelation> _tables;
    private bool _broken;

    private PostgresDelta(TargetSession session, NpgsqlTransaction transaction, IReadOnlyDictionary<LiveTable, CapturedRelation> tables, string since, string until, IReadOnlyDictionary<LiveTable, long> keys, IReadOnlyCollection<LiveTable> whole)
    {
        _session = session;
        _connection = session.Connection;
        _transaction = transaction;
        _tables = tables;
        Since = since;
        Until = until;
        Keys = keys;
        Whole = whole;
    }

    public string Since { get; private set; }

    public string Until { get; private set; }

    public IReadOnlyDictionary<LiveTable, long> Keys { get; }

    public IReadOnlyCollection<LiveTable> Whole { get; }

    /// <param name="session">Outside a transaction; it is given back with the delta.</param>
    /// <param name="tables">The tables whose changes are recorded.</param>
    /// <param name="since">What a former delta went up to.</param>
    /// <param name="whole">Whether tables without a key are in it.</param>
    /// <param name="cancellation">Stops the reading of the log.</param>
    public static Task<PostgresDelta> OpenAsync(TargetSession session, IReadOnlyDictionary<LiveTable, CapturedRelation> tables, string since, bool whole, CancellationToken cancellation) =>
        OpenAsync(session, tables, since, t => whole && t.IsWhole, (_, _) => Task.CompletedTask, cancellation);

    /// <param name="whole">Which tables without a key are in it; asked after <paramref name="first"/>.</param>
    /// <param name="first">Done in the transaction before anything else: what it reads first is of the same snapshot.</param>
    internal static async Task<PostgresDelta> OpenAsync(
        TargetSession session, IReadOnlyDictionary<LiveTable, CapturedRelation> tables, string since, Func<LiveTable, bool> whole, Func<NpgsqlConnection, NpgsqlTransaction, Task> first, CancellationToken cancellation)
    {
        var connection = session.Connection;
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        try
        {
            await first(connection, transaction);
            await using var current = new NpgsqlCommand("SELECT pg_current_snapshot()::text", connection, transaction);
            var until = (string)(await current.ExecuteScalarAsync(cancellation))!;
            var keys = new Dictionary<LiveTable, long>();
            var touched = await TouchedAsync(connection, transaction, [.. tables.Where(t => t.Key.HasKey).Select(t => t.Value)], since, cancellation);
            foreach (var (table, captured) in tables.Where(t => touched.TryGetValue(t.Value.Number, out var emptied) && !emptied))
            {
                await using var command = PostgresCapture.ChangedKeys(captured, since, connection, transaction);
                // A statement that makes a table takes no parameters; a position is a snapshot's own text.
                command.CommandText = $"CREATE TEMPORARY TABLE {Changed(captured)} ON COMMIT DROP AS {command.CommandText.Replace("$1", TargetName.Literal(since), StringComparison.Ordinal)}";
                command.Parameters.Clear();
                await command.ExecuteNonQueryAsync(cancellation);
                await using var counting = new NpgsqlCommand($"SELECT count(*) FROM {Changed(captured)}", connection, transaction);
                if ((long)(await counting.ExecuteScalarAsync(cancellation))! is > 0 and var count) keys.Add(table, count);
            }
            return new PostgresDelta(session, transaction, tables, since, until, keys, [.. tables.Where(t => whole(t.Key) || touched.GetValueOrDefault(t.Value.Number)).Select(t => t.Key)]);
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says its positions as the side has them whose delta it is: a snapshot, and more.</summary>
    internal PostgresDelta Between(string since, string until)
    {
        (Since, Until) = (since, until);
        return this;
    }

    /// <summary>Tables with entries in their logs, and whether one is for all rows: a table of the session's own costs more than a look, and most have none.</summary>
    private static async Task<Dictionary<int, bool>> TouchedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<CapturedRelation> tables, string since, CancellationToken cancellation)
    {
        var touched = new Dictionary<int, bool>();
        if (tables.Count == 0) return touched;
        var looks = tables.Select(t => string.Create(CultureInfo.InvariantCulture, $"SELECT {t.Number}, {PostgresCapture.IsForAllRows(t, "$1")} WHERE EXISTS (SELECT FROM {PostgresCapture.LogOf(t)} WHERE {PostgresCapture.Since("$1")})"));
        await using var command = new NpgsqlCommand(string.Join(" UNION ALL ", looks), connection, transaction) { Parameters = { new() { Value = since } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) touched.Add(reader.GetInt32(0), reader.GetBoolean(1));
        return touched;
    }

    public long FillKeys(LiveTable table, IRowImageSink sink, CancellationToken cancellation)
    {
        var captured = _tables[table];
        return Fill($"SELECT {string.Join(", ", captured.Key.Select(TargetName.Quote))} FROM {Changed(captured)}", captured.Key.Count, sink, cancellation);
    }

    public DeltaRows FillRows(LiveTable table, IRowImageSink sink, Action<UnfitRow>? unfit, CancellationToken cancellation) => new(FillRows(table, asText: false, sink, cancellation), Unfit: 0);

    public void FillCompared(LiveTable table, IRowImageSink sink, CancellationToken cancellation) => FillRows(table, asText: true, sink, cancellation);

    private long FillRows(LiveTable table, bool asText, IRowImageSink sink, CancellationToken cancellation)
    {
        var captured = _tables[table];
        var columns = table.Plan.Columns.Where(c => c.GeneratedSql is null).Select(c => $"t.{TargetName.Quote(c.TargetName)}{(asText && c.ComparedAsText ? "::text" : "")}").ToList();
        if (Whole.Contains(table)) return Fill($"SELECT {string.Join(", ", columns)} FROM ONLY {captured.Qualified} AS t", columns.Count, sink, cancellation);
        var same = string.Join(" AND ", captured.Key.Select((k, part) => $"t.{TargetName.Quote(k)} {Equals(table, part)} k.{TargetName.Quote(k)}"));
        return Fill($"SELECT {string.Join(", ", columns)} FROM {Changed(captured)} AS k JOIN ONLY {captured.Qualified} AS t ON {same}", columns.Count, sink, cancellation);
    }

    /// <summary>Where a part of a key can be NULL, as in a UNIQUE of a table that SQLite calls its primary key, <c>=</c> would lose its rows.</summary>
    private static string Equals(LiveTable table, int part) => table.Plan.Columns[table.Key[part]].NotNull ? table.KeyOperators?[part] ?? "=" : "IS NOT DISTINCT FROM";

    public IEnumerable<string> KeyTexts(LiveTable table)
    {
        using var command = new NpgsqlCommand($"SELECT concat_ws(', ', {string.Join(", ", _tables[table].Key.Select(k => $"quote_nullable({TargetName.Quote(k)})"))}) FROM {Changed(_tables[table])}", _connection, _transaction);
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return reader.GetString(0);
    }

    private long Fill(string query, int columns, IRowImageSink sink, CancellationToken cancellation)
    {
        var passing = new Passing((short)columns, sink);
        NpgsqlRawCopyStream? stream = null;
        try
        {
            stream = _connection.BeginRawBinaryCopy($"COPY ({query}) TO STDOUT (FORMAT binary)");
            new TupleReader(stream, key: default, whole: true).ReadAll(passing, cancellation);
            stream.Dispose();
        }
        catch
        {
            // What is left of it would be read to its end otherwise.
            _broken = true;
            if (stream is not null) CopyEnd.CancelAsync(stream).GetAwaiter().GetResult();
            throw;
        }
        passing.Flush();
        return passing.Rows;
    }

    private static string Changed(CapturedRelation table) => string.Create(CultureInfo.InvariantCulture, $"pg_temp.godwit_changed_{table.Number}");

    public void Dispose()
    {
        try
        {
            _transaction.Dispose();
            if (!_broken) _session.Keep();
        }
        finally
        {
            _session.Release();
        }
    }

    /// <summary>Hands tuples on as they came.</summary>
    private sealed class Passing(short columns, IRowImageSink sink) : ITupleVisitor
    {
        private const int Full = 1 << 18;

        private readonly ArrayBufferWriter<byte> _buffer = new();

        public long Rows { get; private set; }

        public void Visit(ReadOnlySpan<byte> image)
        {
            BinaryPrimitives.WriteInt16BigEndian(_buffer.GetSpan(sizeof(short)), columns);
            _buffer.Advance(sizeof(short));
            _buffer.Write(image);
            Rows++;
            if (_buffer.WrittenCount >= Full) Flush();
        }

        public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("a row was not read in one piece");

        public void Flush()
        {
            if (_buffer.WrittenCount > 0) sink.Write(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }
    }
}
