using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>Opens sessions of one kind on one server. Every session is new, and closing it ends it at the server.</summary>
public sealed class PostgresSource : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;

    internal PostgresSource(NpgsqlDataSource source, SessionSettings session)
    {
        this.source = source;
        Session = session;
    }

    public SessionSettings Session { get; }

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken = default) => source.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
