using System.Buffers.Binary;
using System.Globalization;
using Godwit.Engine.Moves;
using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Copying;
using Godwit.Postgres.Reading;
using Npgsql;

namespace Godwit.Postgres.Sourcing;

/// <summary>Reads one table's rows from one connection of the snapshot: the images of binary COPY, handed on as they come. A row is held whole, however large.</summary>
internal sealed class PostgresRowReader(NpgsqlConnection connection, Action<NpgsqlConnection> keep, string schema, TablePlan table, ReadPurpose purpose, IReadOnlyList<string>? conditions = null) : IRowReader, ISourceRow
{
    private readonly string[] _columns = [.. table.Columns.Where(c => purpose != ReadPurpose.Copy || c.GeneratedSql is null)
        .Select(c => c.Transform is { } transform ? PlainSql.Of(c, transform, "t") : "t." + TargetName.Quote(c.SourceName) + (c.ComparedAsText && purpose == ReadPurpose.Verify ? "::text" : ""))];

    /// <summary>Which fields give nothing back, and are no part of the source's image.</summary>
    private readonly bool[]? _oneWay = table.Columns.Any(KeyedMoves.IsOneWay) ? [.. table.Columns.Where(c => purpose != ReadPurpose.Copy || c.GeneratedSql is null).Select(KeyedMoves.IsOneWay)] : null;

    private RowImageBuffer? _buffer;
    private byte[]? _large;
    private bool _broken;

    /// <summary>Rows come in no order.</summary>
    public long RowNumber => 0;

    /// <summary>The image itself: source and target are the same program, and what one writes the other reads.</summary>
    public ReadOnlySpan<byte> SourceImage()
    {
        var image = _large is not null ? _large : _buffer!.TryGetRow(out var row) ? row : throw new InvalidOperationException("a row that fits the buffer is not in it");
        return _oneWay is null ? image : Without(image, _oneWay);
    }

    private static byte[] Without(ReadOnlySpan<byte> image, bool[] fields)
    {
        var left = new byte[image.Length];
        var (at, length) = (0, 0);
        foreach (var isLeftOut in fields)
        {
            var field = image.Slice(at, sizeof(int) + Math.Max(BinaryPrimitives.ReadInt32BigEndian(image[at..]), 0));
            at += field.Length;
            if (isLeftOut) continue;
            field.CopyTo(left.AsSpan(length));
            length += field.Length;
        }
        return left[..length];
    }

    public long Read(RowIdRange range, RowImageBuffer buffer, IRowVisitor visitor, CancellationToken cancellation)
    {
        if (purpose == ReadPurpose.Quarantine) return 0;
        _buffer = buffer;
        var passing = new Passing(this, buffer, visitor);
        NpgsqlRawCopyStream? stream = null;
        try
        {
            stream = connection.BeginRawBinaryCopy($"COPY (SELECT {string.Join(", ", _columns)} FROM ONLY {TargetName.Qualify(schema, table.SourceName)} AS t{Where(range)}) TO STDOUT (FORMAT binary)");
            new TupleReader(stream, key: default, whole: true).ReadAll(passing, cancellation);
            stream.Dispose();
            return 0;
        }
        catch (Exception fault)
        {
            _broken = true;
            if (stream is not null) CopyEnd.CancelAsync(stream).GetAwaiter().GetResult();
            // While a row is handed on, the fault is the other side's.
            if (!passing.HandsOn && SourceReadException.IsSources(fault)) throw SourceReadException.Of(fault);
            throw;
        }
    }

    private string Where(RowIdRange range)
    {
        List<string> all = [.. conditions ?? []];
        if (range is not { After: null, UpTo: null }) all.AddRange(Bounds(range, "t." + TargetName.Quote(table.Columns[table.RowIdColumn!.Value].SourceName)));
        return all.Count == 0 ? "" : $" WHERE {string.Join(" AND ", all)}";
    }

    /// <summary>A range as conditions.</summary>
    internal static IEnumerable<string> Bounds(RowIdRange range, string key)
    {
        if (range.After is { } after) yield return $"{key} > {after.ToString(CultureInfo.InvariantCulture)}";
        if (range.UpTo is { } last) yield return $"{key} <= {last.ToString(CultureInfo.InvariantCulture)}";
    }

    public void Dispose()
    {
        if (_broken) connection.Dispose();
        else keep(connection);
    }

    private sealed class Passing(PostgresRowReader reader, RowImageBuffer buffer, IRowVisitor visitor) : ITupleVisitor
    {
        public bool HandsOn { get; private set; }

        public void Visit(ReadOnlySpan<byte> image)
        {
            HandsOn = true;
            // One that the buffer may send in parts is kept for whoever looks at it.
            reader._large = image.Length > RowImageBuffer.Capacity / 2 ? image.ToArray() : null;
            buffer.BeginRow(reader._columns.Length);
            buffer.Write(image);
            visitor.Visit(buffer.EndRow(), buffer, reader);
            HandsOn = false;
        }

        public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("a row was not read in one piece");
    }
}
