using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>What a server says it is.</summary>
/// <param name="Text">The text of <c>version()</c>.</param>
/// <param name="Version">server_version_num, e.g. 150004.</param>
public sealed record ServerIdentity(string Text, int Version, bool InRecovery, bool ReadOnly)
{
    public const int LeastVersion = 150000;

    // They speak PostgreSQL's protocol and claim its versions, and miss what a move relies on.
    private static readonly (string Mark, string Name)[] Others =
    [
        ("CockroachDB", "CockroachDB"), ("-YB-", "YugabyteDB"), ("Redshift", "Amazon Redshift"), ("Greenplum", "Greenplum"),
        ("Materialize", "Materialize"), ("RisingWave", "RisingWave"), ("CrateDB", "CrateDB"), ("QuestDB", "QuestDB"),
    ];

    public static async Task<ServerIdentity> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // One at a time: servers that are not PostgreSQL lack one or the other.
        var text = await TextAsync(connection, "SELECT version()", cancellationToken) ?? "";
        var number = await TextAsync(connection, "SELECT current_setting('server_version_num')", cancellationToken);
        var recovery = await TextAsync(connection, "SELECT pg_is_in_recovery()::text", cancellationToken);
        var readOnly = await TextAsync(connection, "SELECT current_setting('transaction_read_only')", cancellationToken);
        return new ServerIdentity(text, int.TryParse(number, out var version) ? version : 0, recovery == "true", readOnly == "on");
    }

    /// <summary>Why this is no target, or null.</summary>
    public Finding? Refusal()
    {
        var other = Array.Find(Others, o => Text.Contains(o.Mark, StringComparison.OrdinalIgnoreCase)).Name
            ?? (Text.StartsWith("PostgreSQL ", StringComparison.Ordinal) || Text.StartsWith("EnterpriseDB ", StringComparison.Ordinal) ? null : "something else");
        if (other is not null)
            return Finding.Error(FindingCodes.NotPostgres, $"The server is {other}, not PostgreSQL", remedy: "Godwit moves into PostgreSQL 15 or later");
        return Version < LeastVersion
            ? Finding.Error(FindingCodes.NotPostgres, $"The server is PostgreSQL {Version / 10000}", remedy: "Godwit moves into PostgreSQL 15 or later")
            : null;
    }

    private static async Task<string?> TextAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync(cancellationToken) as string;
        }
        catch (PostgresException)
        {
            return null;
        }
    }
}
