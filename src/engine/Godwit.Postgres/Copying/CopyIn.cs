using Godwit.Engine.Rows;
using Npgsql;

namespace Godwit.Postgres.Copying;

/// <summary>A binary COPY into the server: whole, or not at all.</summary>
internal static class CopyIn
{
    /// <param name="connection">In a transaction.</param>
    /// <param name="sql">COPY … FROM STDIN (FORMAT binary).</param>
    /// <param name="fill">Writes the tuples, on the calling thread.</param>
    public static async Task<T> RunAsync<T>(NpgsqlConnection connection, string sql, Func<IRowImageSink, T> fill, CancellationToken cancellation = default)
    {
        var stream = await connection.BeginRawBinaryCopyAsync(sql, cancellation);
        T result;
        try
        {
            stream.Write(CopySink.Header);
            result = fill(new CopySink(stream));
            stream.Write(CopySink.Trailer);
        }
        catch
        {
            // Disposing would end the COPY as complete; nothing that is half written may stay.
            await CopyEnd.CancelAsync(stream);
            throw;
        }
        await stream.DisposeAsync();
        return result;
    }
}
