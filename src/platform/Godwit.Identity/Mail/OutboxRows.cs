using Godwit.Identity.Database;
using NpgsqlTypes;

namespace Godwit.Identity.Mail;

/// <summary>
/// The rows of an outbox as whoever sends them sees them. Any number of hosts do: a row that is being sent is put off by two minutes first, in a transaction of its own, so that none is open while a server talks. Killed in between, it
/// is sent again with the same id.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="table"><c>mail_outbox</c> or <c>sms_outbox</c>.</param>
/// <param name="about">Whether it tells for whom it is, where a stranger can ask for it.</param>
internal sealed class OutboxRows(IdentityDatabase database, string table, bool about)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    public Task<WaitingMessage?> ClaimAsync(CancellationToken cancellation) => database.InTransactionAsync(
        connection => Statement.FirstAsync(
            connection,
            $"""
            UPDATE identity.{table} SET attempts = attempts + 1, not_before = clock_timestamp() + interval '2 minutes'
            WHERE id = (SELECT id FROM identity.{table} WHERE state = 'waiting' AND not_before <= clock_timestamp() ORDER BY not_before LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, payload, attempts, created_at, {(about ? "about IS NOT NULL" : "false")}
            """,
            r => new WaitingMessage(r.GetGuid(0), r.GetString(1), r.GetFieldValue<byte[]>(2), r.GetInt32(3), r.GetFieldValue<DateTimeOffset>(4), r.GetBoolean(5)),
            cancellation),
        cancellation);

    /// <summary>Whatever becomes of the host: what was sent is not to be sent again.</summary>
    public Task EndAsync(WaitingMessage message, string state, string? fault) => database.InTransactionAsync(
        connection => Statement.RunAsync(
            connection, $"UPDATE identity.{table} SET state = $2, payload = NULL, ended_at = clock_timestamp(), last_fault = $3 WHERE id = $1 AND state = 'waiting'", CancellationToken.None,
            Statement.P(message.Id), Statement.P(state), Statement.P(fault, NpgsqlDbType.Text)),
        CancellationToken.None);

    /// <summary>Again after 5 s, 10 s, and so on up to an hour.</summary>
    public Task DelayAsync(WaitingMessage message, string fault)
    {
        var pause = TimeSpan.FromSeconds(Math.Min(s_longest.TotalSeconds, 5 * Math.Pow(2, Math.Min(message.Attempts - 1, 20))));
        return database.InTransactionAsync(
            connection => Statement.RunAsync(
                connection, $"UPDATE identity.{table} SET last_fault = $2, not_before = clock_timestamp() + $3 WHERE id = $1 AND state = 'waiting'", CancellationToken.None, Statement.P(message.Id), Statement.P(fault), Statement.P(pause)),
            CancellationToken.None);
    }
}

/// <param name="IsStrangers">Somebody without a session can have asked for it.</param>
internal sealed record WaitingMessage(Guid Id, string Kind, byte[] Payload, int Attempts, DateTimeOffset CreatedAt, bool IsStrangers);
