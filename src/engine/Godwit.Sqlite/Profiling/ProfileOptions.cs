using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Profiling;

public sealed record ProfileOptions
{
    public TextEncoding Encoding { get; init; } = TextEncoding.Utf8;

    /// <summary>Rows after which a range of the copy is cut.</summary>
    public long RowsPerRange { get; init; } = 250_000;

    /// <summary>Bytes of values after which a range of the copy is cut.</summary>
    public long BytesPerRange { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of the largest value that PostgreSQL takes: a varlena is below 1 GB with its header of four bytes (https://www.postgresql.org/docs/current/limits.html).</summary>
    public long LargestValue { get; init; } = 0x3fff_ffff - 4;

    /// <summary>
    /// Bytes of the largest row image. PostgreSQL forms a row, and a row of COPY's answer, in one piece of memory below 1 GB (MaxAllocSize; a value goes out of
    /// line only after); a megabyte less leaves room for its header, the padding of 1,600 columns and the digits of numbers.
    /// </summary>
    public long LargestRow { get; init; } = 0x3fff_ffff - (1 << 20);

    /// <summary>Told every few thousand rows, on the profiling thread: rows and bytes since it was told last.</summary>
    public Action<long, long>? OnProgress { get; init; }
}
