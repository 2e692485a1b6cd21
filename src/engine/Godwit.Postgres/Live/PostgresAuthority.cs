using Godwit.Engine.Live;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>The row in the target that says which side of a live move is written to.</summary>
public sealed class PostgresAuthority(LiveSessions sessions, Guid move) : IAuthority
{
    public Task<AuthorityState?> FindAsync(CancellationToken cancellation) => sessions.AskAsync<AuthorityState?>(
        async connection =>
        {
            await using var command = new NpgsqlCommand("SELECT side, attempt, towards FROM godwit.live_moves WHERE move = $1 AND ended_at IS NULL", connection) { Parameters = { new() { Value = move } } };
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            if (!await reader.ReadAsync(cancellation)) return null;
            return new AuthorityState(Enum.Parse<LiveSide>(reader.GetString(0)), reader.GetInt64(1), reader.IsDBNull(2) ? null : Enum.Parse<LiveSide>(reader.GetString(2)));
        },
        cancellation);

    public async Task<long> BeginAsync(LiveSide to, CancellationToken cancellation) =>
        (long?)await ChangeAsync("UPDATE godwit.live_moves SET attempt = attempt + 1, towards = $2 WHERE move = $1 AND towards IS NULL AND side <> $2 RETURNING attempt", to.ToString(), cancellation)
        ?? throw new CutOverAbortedException($"another attempt is under way, or the {to.ToString().ToLowerInvariant()} side has authority already", null);

    public async Task<bool> GiveAsync(long attempt, CancellationToken cancellation) =>
        await ChangeAsync("UPDATE godwit.live_moves SET side = towards, towards = NULL WHERE move = $1 AND attempt = $2 AND towards IS NOT NULL RETURNING attempt", attempt, cancellation) is not null;

    public async Task<bool> AbortAsync(long attempt, CancellationToken cancellation) =>
        await ChangeAsync("UPDATE godwit.live_moves SET towards = NULL WHERE move = $1 AND attempt = $2 AND towards IS NOT NULL RETURNING attempt", attempt, cancellation) is not null;

    private Task<object?> ChangeAsync(string sql, object value, CancellationToken cancellation) => sessions.WriteAsync(
        async (connection, transaction) =>
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction) { Parameters = { new() { Value = move }, new() { Value = value } } };
            return await command.ExecuteScalarAsync(cancellation);
        },
        cancellation);
}
