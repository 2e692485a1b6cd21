using Godwit.Security.Keyring;
using Npgsql;

namespace Godwit.Postgres.Keyring;

/// <summary>The counts of all hosts together, in <c>godwit.key_counts</c>.</summary>
public sealed class PostgresKeyUsage(KeyringSessions sessions) : IKeyUsage
{
    public async Task<long> AddAsync(KeyId id, long calls, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(calls);
        await using var connection = await sessions.OpenAsync(cancellation);
        await using var transaction = await KeyringSessions.BeginAsync(connection, cancellation);
        await using var add = new NpgsqlCommand(
            "INSERT INTO godwit.key_counts AS c (key, encrypted) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET encrypted = c.encrypted + excluded.encrypted RETURNING encrypted", connection, transaction)
        { Parameters = { new() { Value = id.ToString() }, new() { Value = calls } } };
        var total = (long)(await add.ExecuteScalarAsync(cancellation))!;
        await transaction.CommitAsync(cancellation);
        return total;
    }

    public async Task<long> CountAsync(KeyId id, CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        if (connection is null) return 0;
        await using var command = new NpgsqlCommand("SELECT encrypted FROM godwit.key_counts WHERE key = $1", connection) { Parameters = { new() { Value = id.ToString() } } };
        return await command.ExecuteScalarAsync(cancellation) as long? ?? 0;
    }
}
