using System.Security.Cryptography;
using Godwit.Postgres.Clusters;
using Npgsql;

namespace Godwit.TestServers;

/// <summary>A server of the tests' own, or several of which one takes writes: where a <see cref="TestDatabase"/> is.</summary>
public abstract class DatabaseServer
{
    /// <summary>Of the server that takes writes.</summary>
    public abstract int Port { get; }

    /// <summary>A libpq password file for the role <c>godwit</c>; give it as PGPASSFILE.</summary>
    public abstract string PassFile { get; }

    /// <summary>The password of the role <c>godwit</c>.</summary>
    public abstract string Password { get; }

    protected abstract string SuperuserPassword { get; }

    /// <summary>A fresh, empty, UTF8 database owned by the role <c>godwit</c>.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var name = "t_" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        await CreateAsync(name, cancellationToken);
        return new TestDatabase(this, name);
    }

    /// <summary>A copy of a database that nobody is connected to.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(TestDatabase template, CancellationToken cancellationToken = default)
    {
        var copy = new TestDatabase(this, "t_" + RandomNumberGenerator.GetHexString(12, lowercase: true));
        await using var connection = new NpgsqlConnection(Connection("postgres", superuser: true).ConnectionString);
        await connection.OpenAsync(cancellationToken);
        // Both names are this class's own.
        await using var command = new NpgsqlCommand($"CREATE DATABASE {copy.Name} TEMPLATE {template.Name} OWNER {LocalCluster.Role}", connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync(cancellationToken);
        return copy;
    }

    /// <summary>Settings of a connection; as the role <c>godwit</c>, or as the superuser for what only a test may do.</summary>
    public NpgsqlConnectionStringBuilder Connection(string database, bool superuser = false) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = superuser ? "postgres" : LocalCluster.Role,
        Password = superuser ? SuperuserPassword : Password,
        Pooling = false,
        IncludeErrorDetail = true,
        GssEncryptionMode = GssEncryptionMode.Disable,
    };

    /// <summary>Without the password.</summary>
    public abstract string Url(string database);

    protected abstract Task CreateAsync(string database, CancellationToken cancellationToken);
}
