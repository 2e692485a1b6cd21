using Npgsql;

namespace Godwit.Postgres.Sourcing;

/// <summary>A PostgreSQL source could not be read on. Its snapshot ends with its connection: trying again begins with another.</summary>
public sealed class SourceReadException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Without the server's detail, which may hold a row's values.</summary>
    public static SourceReadException Of(Exception fault) => new(
        fault is PostgresException server ? $"the source refused: {server.SqlState} {server.MessageText}" : $"the connection to the source broke: {fault.Message}", fault);

    /// <summary>Reads, and tells a fault of the source as one.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception fault) when (IsSources(fault))
        {
            throw Of(fault);
        }
    }

    public static bool IsSources(Exception fault) => fault is NpgsqlException or IOException or ObjectDisposedException or System.Net.Sockets.SocketException;
}
