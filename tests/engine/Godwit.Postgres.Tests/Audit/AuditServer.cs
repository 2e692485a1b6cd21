using Godwit.Engine.Audit;
using Godwit.Postgres.Audit;
using Godwit.Postgres.Connections;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Audit;

/// <summary>A server of its own, since an audit sees all roles and settings of one.</summary>
public sealed class AuditServer : IAsyncLifetime
{
    private PostgresServer? _server;

    public PostgresServer Server => _server!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        // A role by which nobody audits anything else: neither owner nor with a right.
        await ExecuteAsync("postgres", "CREATE ROLE plain LOGIN PASSWORD 'plain'; CREATE ROLE app LOGIN PASSWORD 'app'; CREATE ROLE owner");
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>A database in which nothing is found.</summary>
    public async Task<TestDatabase> CreateAsync()
    {
        var database = await Server.CreateDatabaseAsync(Token);
        await database.ExecuteAsync(
            $"REVOKE CONNECT ON DATABASE {database.Name} FROM PUBLIC; GRANT CONNECT ON DATABASE {database.Name} TO plain; CREATE TABLE public.orders (id int); ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY", superuser: true);
        await database.ExecuteAsync("ALTER TABLE public.orders OWNER TO owner", superuser: true);
        return database;
    }

    public async Task ExecuteAsync(string database, string sql)
    {
        foreach (var statement in sql.Split(";;", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var connection = new NpgsqlConnection(Server.Connection(database, superuser: true).ConnectionString);
            await connection.OpenAsync(Token);
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(Token);
        }
    }

    public async Task<Dictionary<string, AuditAnswer>> LookAsync(TestDatabase database, string role, DatabaseAuditSettings settings)
    {
        var url = database.Url.Replace("//godwit@", $"//{role}@", StringComparison.Ordinal);
        var reading = await PostgresTarget.ConnectAsync(PostgresUrl.Parse(url).Url!, ConnectionEnvironment.Process with { Variable = name => name == "PGPASSWORD" ? PasswordOf(role) : null }, Token);
        Assert.True(reading.Target is not null, string.Join("; ", reading.Findings));
        await using var session = new ConnectionAuditSession(reading.Target);
        return (await new PostgresDatabaseAudit().LookAsync(settings, session, Token)).ToDictionary(a => a.Check.Id, StringComparer.Ordinal);
    }

    private string PasswordOf(string role) => role switch
    {
        "plain" => "plain",
        "postgres" => Server.Connection("postgres", superuser: true).Password!,
        _ => Server.Password,
    };
}
