using System.Data;
using System.Globalization;
using Godwit.Sqlite.Native;
using Npgsql;

namespace Godwit.Bench.Live;

/// <summary>Looks at both sides over and over while the application goes on: all money of one moment, or it was not one moment.</summary>
internal sealed class LedgerSnapshots(LedgerSettings settings) : IDisposable
{
    private const string Question = "SELECT sum(balance) FROM accounts";

    private readonly ManualResetEvent _stop = new(false);
    private Thread? _thread;

    /// <summary>Whether the new side holds the whole ledger yet.</summary>
    public volatile bool BothSides;

    public long Taken { get; private set; }

    /// <summary>Looks that saw other money, and those that saw none.</summary>
    public long Wrong { get; private set; }

    /// <summary>Why the first look that saw nothing did not.</summary>
    public string? Fault { get; private set; }

    public void Start()
    {
        _thread = new Thread(Look);
        _thread.Start();
    }

    public void Stop()
    {
        _stop.Set();
        _thread?.Join();
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private void Look()
    {
        SqliteConnection? file = null;
        using var old = settings.FromPostgres ? new NpgsqlConnection(settings.Source + ";Pooling=false") : null;
        using var now = new NpgsqlConnection(settings.Target + ";Pooling=false");
        try
        {
            while (!_stop.WaitOne(200))
            {
                // A single statement is a transaction of its own: it sees one moment.
                Count(() => old is not null ? Ask(old) : (file ??= Open()).QueryInteger(Question));
                if (BothSides) Count(() => Ask(now));
            }
        }
        finally
        {
            file?.Dispose();
        }
    }

    private SqliteConnection Open()
    {
        var connection = SqliteConnection.OpenForReading(settings.Source);
        connection.SetBusyTimeout(TimeSpan.FromSeconds(30));
        return connection;
    }

    private static long? Ask(NpgsqlConnection connection)
    {
        if (connection.State != ConnectionState.Open) connection.Open();
        using var command = new NpgsqlCommand(Question, connection);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private void Count(Func<long?> look)
    {
        Taken++;
        try
        {
            if (look() == LedgerSchema.Total) return;
        }
        catch (Exception fault) when (fault is SqliteException or NpgsqlException)
        {
            Fault ??= fault.Message;
        }
        Wrong++;
    }
}
