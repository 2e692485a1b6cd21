using Godwit.Engine.Rows;
using Npgsql;

namespace Godwit.Postgres.Copying;

/// <summary>The COPY stream of one transaction. Bytes go to the socket as they come: the buffer before it is large enough.</summary>
internal sealed class CopySink(NpgsqlRawCopyStream stream) : IRowImageSink
{
    /// <summary>Signature, flags and extension length (https://www.postgresql.org/docs/current/sql-copy.html, "File Header").</summary>
    public static ReadOnlySpan<byte> Header => [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0];

    public static ReadOnlySpan<byte> Trailer => [0xFF, 0xFF];

    public void Write(ReadOnlySpan<byte> bytes) => stream.Write(bytes);
}
