using Npgsql;

namespace Godwit.TestServers;

/// <summary>A database of one test. It goes with its server.</summary>
public sealed record TestDatabase(DatabaseServer Server, string Name)
{
    /// <summary>Without the password, as <c>--to</c> takes it.</summary>
    public string Url => Server.Url(Name);

    public string ConnectionString => Server.Connection(Name).ConnectionString;

    public async Task<NpgsqlConnection> OpenAsync(bool superuser = false, CancellationToken cancellationToken = default)
    {
        var connection = new NpgsqlConnection(Server.Connection(Name, superuser).ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>Runs statements as the role <c>godwit</c>, or as the superuser.</summary>
    public async Task ExecuteAsync(string sql, bool superuser = false)
    {
        await using var connection = await OpenAsync(superuser);
        // Tables of a GB take their time on a busy machine.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
