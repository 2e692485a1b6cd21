using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>Opens sessions of one kind on one server. Every session is new, and closing it ends it at the server.</summary>
public sealed class PostgresSource : IAsyncDisposable, IDisposable
{
    private readonly NpgsqlDataSource source;

    internal PostgresSource(NpgsqlDataSource source, SessionSettings session)
    {
        this.source = source;
        Session = session;
    }

    public SessionSettings Session { get; }

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken = default) => source.OpenConnectionAsync(cancellationToken);

    /// <summary>The same on the calling thread, for work that is carried out on one.</summary>
    public NpgsqlConnection Open() => source.OpenConnection();

    public void Dispose() => source.Dispose();

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
