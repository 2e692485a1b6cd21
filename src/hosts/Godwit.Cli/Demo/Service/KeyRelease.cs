using Npgsql;

namespace Godwit.Cli.Demo.Service;

/// <summary>How a release of the service finds out whose key it was sent.</summary>
internal abstract class KeyRelease
{
    public abstract string Name { get; }

    /// <summary>The client that a key is of; null when it is nobody's.</summary>
    public abstract Task<Guid?> FindAsync(NpgsqlConnection connection, string key, CancellationToken cancellation);

    /// <summary>Gives a client another key. It is returned here and never again; null when the release has no place for it.</summary>
    public virtual Task<string?> CreateAsync(NpgsqlConnection connection, Guid client, CancellationToken cancellation) => Task.FromResult<string?>(null);
}

/// <summary>The legacy release: it compares raw keys.</summary>
internal sealed class Blue : KeyRelease
{
    public override string Name => "blue";

    public override async Task<Guid?> FindAsync(NpgsqlConnection connection, string key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT id FROM public.clients WHERE api_key = $1", connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = key } } };
        return (Guid?)await command.ExecuteScalarAsync(cancellation);
    }
}
