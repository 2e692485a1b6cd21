using Npgsql;

namespace Godwit.Postgres.Clusters;

/// <summary>The application's role and its databases. The superuser is used to make the role and to give it rights, for nothing else.</summary>
internal sealed class ClusterRoles(ClusterPlace place, int port)
{
    public const string Role = "godwit";

    /// <summary>The role with the password of its file: made, or given that password again when the file was lost and made anew.</summary>
    public async Task EnsureRoleAsync(CancellationToken cancellationToken)
    {
        var password = PrivateFiles.ReadOrMakeSecret(place.RolePassword);
        try
        {
            await using var works = await OpenAsync(Role, password, cancellationToken);
            await KeepOutOfOwnSchemaAsync(works, cancellationToken);
            return;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            await SetRoleAsync(password, cancellationToken);
        }
        await using var connection = await OpenAsync(Role, password, cancellationToken);
        await KeepOutOfOwnSchemaAsync(connection, cancellationToken);
    }

    /// <summary>
    /// Lets the role apply the changes of a live move under foreign keys (https://www.postgresql.org/docs/15/sql-grant.html). An older server has no such right to give.
    /// </summary>
    public async Task AllowLiveMovesAsync(CancellationToken cancellationToken)
    {
        if (PrivateFiles.Read(place.SuperuserPassword) is not { } superuser) return;
        await using var connection = await OpenAsync(ClusterCreation.Superuser, superuser, cancellationToken);
        if (connection.PostgreSqlVersion.Major >= 15) await ExecuteAsync(connection, $"GRANT SET ON PARAMETER session_replication_role TO {Role}", cancellationToken);
    }

    /// <summary>
    /// The role and the schema of Godwit's own records share a name, and PostgreSQL's default search_path begins with the schema called as the user is
    /// (https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH): without this, what a person makes in psql would land among the records. A
    /// path that somebody gave the role stays.
    /// </summary>
    private static async Task KeepOutOfOwnSchemaAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var given = new NpgsqlCommand(
            """
            SELECT EXISTS (SELECT FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c
                           WHERE s.setdatabase = 0 AND s.setrole = current_user::pg_catalog.regrole AND pg_catalog.starts_with(c, 'search_path='))
            """, connection);
        if (!(bool)(await given.ExecuteScalarAsync(cancellationToken))!)
            await ExecuteAsync(connection, $"ALTER ROLE {Role} SET search_path = public", cancellationToken);
    }

    /// <summary>True when the database was made by this call.</summary>
    public async Task<bool> EnsureDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await OpenRoleAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, $"CREATE DATABASE {Quote(name)}", cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    public async Task DropDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await OpenRoleAsync(cancellationToken);
        await ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {Quote(name)} WITH (FORCE)", cancellationToken);
    }

    private async Task SetRoleAsync(string password, CancellationToken cancellationToken)
    {
        var superuser = PrivateFiles.Read(place.SuperuserPassword)
            ?? throw new ClusterException($"the superuser's password is not in {place.SuperuserPassword}", "bring the file back, or remove the cluster and begin anew");
        await using var connection = await OpenAsync(ClusterCreation.Superuser, superuser, cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = $1)", connection)
        {
            Parameters = { new() { Value = Role } },
        };
        var verb = (bool)(await exists.ExecuteScalarAsync(cancellationToken))! ? "ALTER" : "CREATE";

        // Role statements take no parameters, so the server quotes; a statement that fails must not reach the log with the password in it.
        await using var render = new NpgsqlCommand(
            "SELECT pg_catalog.set_config('log_min_error_statement', 'panic', false), pg_catalog.format('%s ROLE %I LOGIN NOSUPERUSER CREATEDB PASSWORD %L', $1, $2, $3)", connection)
        {
            Parameters = { new() { Value = verb }, new() { Value = Role }, new() { Value = password } },
        };
        string statement;
        await using (var reader = await render.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            statement = reader.GetString(1);
        }

        await ExecuteAsync(connection, statement, cancellationToken);
        // Lets the role see the data folder, and so the room left on its disk.
        await ExecuteAsync(connection, $"GRANT pg_read_all_settings TO {Role}", cancellationToken);
    }

    private Task<NpgsqlConnection> OpenRoleAsync(CancellationToken cancellationToken) =>
        OpenAsync(Role, PrivateFiles.ReadOrMakeSecret(place.RolePassword), cancellationToken);

    private async Task<NpgsqlConnection> OpenAsync(string user, string password, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = user,
            Password = password,
            Database = "postgres",
            Pooling = false,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            ApplicationName = "godwit dev",
        }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Quote(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
