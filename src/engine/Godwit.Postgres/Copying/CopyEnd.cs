using Npgsql;

namespace Godwit.Postgres.Copying;

/// <summary>The way out of a COPY that failed.</summary>
internal static class CopyEnd
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Tells the server that nothing of it counts. Throws nothing: where the connection is broken the server finds out by itself.</summary>
    public static async Task CancelAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await stream.CancelAsync().WaitAsync(Patience);
        }
        catch (Exception fault) when (fault is NpgsqlException or IOException or InvalidOperationException or TimeoutException or System.Net.Sockets.SocketException)
        {
            // The fault that led here is the one to report; this one follows from it. ObjectDisposedException is an InvalidOperationException.
            return;
        }
    }
}
