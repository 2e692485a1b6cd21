using System.Text.Json;
using System.Text.Json.Serialization;
using Godwit.Engine.Backups;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>What a database needs around it, and pg_dump of one database does not hold: roles, its locale, who may connect, its settings. Kept encrypted, beside the dump.</summary>
internal sealed record Surroundings
{
    public const string File = "surroundings.json";

    public required string Encoding { get; init; }

    public required string Collate { get; init; }

    public required string CharacterType { get; init; }

    /// <summary>By what its texts are ordered; null in those from before it was kept.</summary>
    public BackupLocale? Locale { get; init; }

    public required string Owner { get; init; }

    public required IReadOnlyList<DatabaseRole> Roles { get; init; }

    /// <summary>Role and the role it is given to.</summary>
    public required IReadOnlyList<RoleMember> Members { get; init; }

    /// <summary>Who may do what with the database; null where nobody changed it.</summary>
    public IReadOnlyList<DatabaseGrant>? Grants { get; init; }

    /// <summary>ALTER DATABASE … SET, and ALTER ROLE … IN DATABASE … SET.</summary>
    public required IReadOnlyList<DatabaseSetting> Settings { get; init; }

    public static async Task<Surroundings> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT json_build_object(
                'encoding', pg_encoding_to_char(d.encoding), 'collate', d.datcollate, 'characterType', d.datctype, 'owner', pg_get_userbyid(d.datdba),
                'roles', (SELECT coalesce(json_agg(json_build_object('name', rolname, 'superuser', rolsuper, 'inherit', rolinherit, 'createRole', rolcreaterole, 'createDatabase', rolcreatedb,
                    'login', rolcanlogin, 'replication', rolreplication, 'bypassRowSecurity', rolbypassrls) ORDER BY rolname), '[]') FROM pg_roles WHERE rolname !~ '^pg_'),
                'members', (SELECT coalesce(json_agg(json_build_object('role', pg_get_userbyid(roleid), 'member', pg_get_userbyid(member), 'admin', admin_option)), '[]') FROM pg_auth_members
                    WHERE pg_get_userbyid(member) !~ '^pg_'),
                'grants', CASE WHEN d.datacl IS NOT NULL THEN (SELECT coalesce(json_agg(json_build_object('to', CASE WHEN a.grantee = 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END,
                    'privilege', a.privilege_type, 'grantable', a.is_grantable)), '[]') FROM aclexplode(d.datacl) a) END,
                'settings', (SELECT coalesce(json_agg(json_build_object('role', CASE WHEN s.setrole = 0 THEN NULL ELSE pg_get_userbyid(s.setrole) END, 'values', s.setconfig)), '[]')
                    FROM pg_db_role_setting s WHERE s.setdatabase = d.oid))::text
            FROM pg_database d WHERE d.datname = current_database()
            """, connection);
        var text = (string)(await command.ExecuteScalarAsync(cancellation))!;
        return JsonSerializer.Deserialize(text, SurroundingsJson.Default.Surroundings)! with { Locale = await DatabaseFacts.ReadLocaleAsync(connection, cancellation) };
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, SurroundingsJson.Default.Surroundings);

    public static async Task<Surroundings> LoadAsync(string path, CancellationToken cancellation)
    {
        await using var stream = System.IO.File.OpenRead(path);
        return (await JsonSerializer.DeserializeAsync(stream, SurroundingsJson.Default.Surroundings, cancellation))!;
    }
}

internal sealed record DatabaseRole(string Name, bool Superuser, bool Inherit, bool CreateRole, bool CreateDatabase, bool Login, bool Replication, bool BypassRowSecurity);

internal sealed record RoleMember(string Role, string Member, bool Admin);

/// <param name="To">Null is everybody.</param>
internal sealed record DatabaseGrant(string? To, string Privilege, bool Grantable);

/// <param name="Role">Null is every role.</param>
internal sealed record DatabaseSetting(string? Role, IReadOnlyList<string> Values);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Surroundings))]
internal sealed partial class SurroundingsJson : JsonSerializerContext;
