using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Capture;

/// <summary>Gets into a database that others are at, without a busy handler: that sleeps longer each time, and starves behind writers that do not.</summary>
internal static class SqliteLocks
{
    private static readonly TimeSpan s_spin = TimeSpan.FromMilliseconds(1);

    /// <summary>The write lock, as soon as there is a gap between two writers.</summary>
    public static void BeginWriting(SqliteConnection connection, CancellationToken cancellation) => Spin(() => connection.Execute("BEGIN IMMEDIATE"), cancellation);

    /// <summary>
    /// Commits what <see cref="BeginWriting"/> began. Without a write-ahead log this waits for readers to end: the transaction stays, and no new ones come in meanwhile
    /// (https://sqlite.org/lockingv3.html section 3).
    /// </summary>
    public static void Commit(SqliteConnection connection, CancellationToken cancellation) => Spin(() => connection.Execute("COMMIT"), cancellation);

    /// <summary>What one statement reads, which without a write-ahead log fails while another commits.</summary>
    public static T Read<T>(Func<T> read, CancellationToken cancellation)
    {
        T? result = default;
        Spin(() => result = read(), cancellation);
        return result!;
    }

    /// <summary>A read transaction, and what is read first in it.</summary>
    public static T BeginReading<T>(SqliteConnection connection, Func<T> first, CancellationToken cancellation)
    {
        T? result = default;
        Spin(
            () =>
            {
                connection.Execute("BEGIN");
                try
                {
                    // BEGIN alone takes no lock and no place in the -wal file; the first read does (https://sqlite.org/lang_transaction.html section 2.2).
                    result = first();
                }
                catch
                {
                    connection.RollBack();
                    throw;
                }
            },
            cancellation);
        return result!;
    }

    private static void Spin(Action act, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                act();
                return;
            }
            catch (SqliteException fault) when (fault.IsTransient)
            {
                cancellation.WaitHandle.WaitOne(s_spin);
            }
        }
    }
}
