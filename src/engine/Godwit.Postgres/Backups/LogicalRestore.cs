using System.Globalization;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>Brings a logical backup back into a new database of some server.</summary>
internal static class LogicalRestore
{
    /// <summary>Decrypts the dump into a folder that only this user reads.</summary>
    public static async Task<Surroundings> ExtractAsync(BackupCopy copy, BackupPlace place, string folder, Action<string> note, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var surroundings = Path.Combine(Path.GetDirectoryName(folder)!, Surroundings.File);
        foreach (var file in copy.Manifest!.Files)
        {
            var path = file.Name == Surroundings.File ? surroundings : Path.Combine(folder, file.Name[LogicalBackup.DumpPrefix.Length..]);
            await copy.ExtractAsync(place.Key, file.Name, path, null, cancellation);
        }
        note("decrypted");
        var read = await Surroundings.LoadAsync(surroundings, cancellation);
        File.Delete(surroundings);
        return read;
    }

    /// <summary>Makes the roles that are not there: without a password, and unable to log in.</summary>
    public static async Task MakeRolesAsync(NpgsqlConnection connection, Surroundings surroundings, bool withRights, CancellationToken cancellation)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand("SELECT rolname FROM pg_roles", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) there.Add(reader.GetString(0));
        }
        foreach (var role in surroundings.Roles.Where(r => !there.Contains(r.Name))) await ExecuteAsync(connection, $"CREATE ROLE {Quote(role.Name)} NOLOGIN", cancellation);
        if (!withRights) return;
        foreach (var role in surroundings.Roles.Where(r => r.Name != "postgres")) await ExecuteAsync(connection, $"ALTER ROLE {Quote(role.Name)} {RightsOf(role)}", cancellation);
        foreach (var member in surroundings.Members) await ExecuteAsync(connection, $"GRANT {Quote(member.Role)} TO {Quote(member.Member)}{(member.Admin ? " WITH ADMIN OPTION" : "")}", cancellation);
    }

    /// <summary>Makes the database as it was, in the locale that it had, or, where this machine lacks it, in that of C.</summary>
    /// <param name="connection">To the server.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="surroundings">Its locale.</param>
    /// <param name="version">Of the server that it was on.</param>
    /// <param name="mayDiffer">Whether the locale may be another.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>What is otherwise than it was, or may be; null when nothing is.</returns>
    public static async Task<string?> MakeDatabaseAsync(NpgsqlConnection connection, string name, Surroundings surroundings, int version, bool mayDiffer, CancellationToken cancellation)
    {
        var known = surroundings.Locale ?? (version < DatabaseFacts.FirstWithProviders ? new BackupLocale(surroundings.Encoding, DatabaseFacts.Libc, surroundings.Collate, surroundings.CharacterType, null, null) : null);
        try
        {
            await ExecuteAsync(connection, Create(surroundings.Collate, surroundings.CharacterType, ProviderOf(connection, known)), cancellation);
            return known is null ? "the backup is from before Godwit kept who provides a database's locale: it was restored with the server's own provider, and texts may be ordered otherwise" : null;
        }
        catch (PostgresException e) when (mayDiffer && e.SqlState is PostgresErrorCodes.WrongObjectType or PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.InvalidParameterValue)
        {
            await ExecuteAsync(connection, Create("C.UTF-8", "C.UTF-8", ProviderOf(connection, new BackupLocale("", DatabaseFacts.Libc, "", "", null, null))), cancellation);
            return $"the locale {known?.Name ?? surroundings.Collate} is not on this machine: it was restored with C.UTF-8";
        }

        string Create(string collate, string type, string provider) =>
            $"CREATE DATABASE {Quote(name)} TEMPLATE template0 ENCODING {Literal(surroundings.Encoding)} LC_COLLATE {Literal(collate)} LC_CTYPE {Literal(type)}{provider}";
    }

    /// <summary>Without it template0's is taken (https://www.postgresql.org/docs/current/sql-createdatabase.html).</summary>
    private static string ProviderOf(NpgsqlConnection connection, BackupLocale? locale) => locale is null || connection.PostgreSqlVersion.Major * 10_000 < DatabaseFacts.FirstWithProviders ? "" : locale.Provider switch
    {
        DatabaseFacts.Icu => $" LOCALE_PROVIDER icu ICU_LOCALE {Literal(locale.Name ?? "")}{(locale.Rules is { } rules ? $" ICU_RULES {Literal(rules)}" : "")}",
        DatabaseFacts.Builtin => $" LOCALE_PROVIDER builtin BUILTIN_LOCALE {Literal(locale.Name ?? "")}",
        _ => " LOCALE_PROVIDER libc",
    };

    /// <summary>Who may do what with the database, and its settings: no part of the dump.</summary>
    public static async Task SettleDatabaseAsync(NpgsqlConnection connection, string name, Surroundings surroundings, CancellationToken cancellation)
    {
        if (surroundings.Grants is { } grants)
        {
            await ExecuteAsync(connection, $"REVOKE ALL ON DATABASE {Quote(name)} FROM PUBLIC", cancellation);
            foreach (var grant in grants)
                await ExecuteAsync(connection, $"GRANT {grant.Privilege} ON DATABASE {Quote(name)} TO {(grant.To is { } role ? Quote(role) : "PUBLIC")}{(grant.Grantable ? " WITH GRANT OPTION" : "")}", cancellation);
        }
        foreach (var setting in surroundings.Settings)
        {
            foreach (var value in setting.Values)
            {
                var at = value.IndexOf('=', StringComparison.Ordinal);
                var who = setting.Role is { } role ? $"ALTER ROLE {Quote(role)} IN DATABASE {Quote(name)}" : $"ALTER DATABASE {Quote(name)}";
                await ExecuteAsync(connection, $"{who} SET {Quote(value[..at])} TO {ValueOf(value[..at], value[(at + 1)..])}", cancellation);
            }
        }
    }

    public static async Task LoadAsync(ClientPrograms programs, string folder, string database, int jobs, CancellationToken cancellation) =>
        await programs.MustRunAsync(
            "pg_restore",
            ["--format=directory", $"--jobs={jobs.ToString(CultureInfo.InvariantCulture)}", $"--dbname={database}", "--exit-on-error", "--no-password", "--no-tablespaces", "--no-subscriptions", folder],
            Path.GetDirectoryName(folder)!, FindingCodes.RestoreFailed, cancellation);

    internal static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    internal static string Quote(string name) => ScratchServer.Quoted(name);

    internal static string Literal(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>Lists, as search_path is one, are kept as they are written: their members are quoted already (pg_dump's variable_is_guc_list_quote).</summary>
    private static string ValueOf(string name, string value) =>
        name.ToLowerInvariant() is "search_path" or "local_preload_libraries" or "session_preload_libraries" or "shared_preload_libraries" or "temp_tablespaces" or "unix_socket_directories"
            ? value : Literal(value);

    private static string RightsOf(DatabaseRole role) => string.Join(
        ' ', Word(role.Superuser, "SUPERUSER"), Word(role.Inherit, "INHERIT"), Word(role.CreateRole, "CREATEROLE"), Word(role.CreateDatabase, "CREATEDB"),
        Word(role.Replication, "REPLICATION"), Word(role.BypassRowSecurity, "BYPASSRLS"));

    private static string Word(bool has, string right) => has ? right : "NO" + right;
}
