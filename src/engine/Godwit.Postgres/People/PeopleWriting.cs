using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Engine.People;
using Godwit.Model.Findings;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.Runs;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.People;

/// <summary>
/// Pins and retires people, and takes in what they sign: each a transaction of its own, beside whatever runner is at work. The journal's tip is locked last and for as long as a commit takes, so
/// that neither waits for the other.
/// </summary>
public static class PeopleWriting
{
    /// <summary>The role of who pins others.</summary>
    public const string Administrator = "Administrator";

    private static readonly string[] s_first = [Administrator];

    /// <summary>Makes godwit's tables where they are missing.</summary>
    public static Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellation) => RunSchema.EnsureAsync(connection, cancellation);

    /// <summary>Pins a key, or gives the person of a pinned key other roles from now on.</summary>
    /// <returns>Why not; null when it is done.</returns>
    public static Task<Finding?> AddAsync(NpgsqlConnection connection, string name, EcPublicKey key, IReadOnlyList<string> roles, SigningKey by, KnownSigners known, CancellationToken cancellation) =>
        ChangeAsync(
            connection, by, known,
            async (transaction, register, target) =>
            {
                if (register.FindKey(key.Kid) is { } same && (same.RetiredAt is not null || !Person.SameName(same.Name, name)))
                    return (Refused(same.RetiredAt is null ? $"the key {key.Kid} is pinned as {same.Name}'s: two people have two keys" : $"the key {key.Kid} was retired, and a key that was retired is never valid again"), null);
                var before = register.FindKey(key.Kid);
                if (before is null && register.People.FirstOrDefault(p => p.RetiredAt is null && Person.SameName(p.Name, name)) is { } other)
                    return (Refused($"{other.Name} is pinned with another key ({other.Key.Kid})", $"Retire that one first: `godwit keys person retire \"{other.Name}\" --because REASON`."), null);
                var called = before?.Name ?? name;
                await ExecuteAsync(
                    connection, transaction,
                    """
                    INSERT INTO godwit.people (kid, name, key_x, key_y, roles, added_at) VALUES ($1, $2, $3, $4, $5, clock_timestamp())
                    ON CONFLICT (kid) DO UPDATE SET name = excluded.name, key_x = excluded.key_x, key_y = excluded.key_y, roles = excluded.roles, retired_at = NULL, reason = NULL
                    """, cancellation, key.Kid, called, key.X, key.Y, roles.ToArray());
                return (null, PeopleEntry.Sign(PeopleEntry.Added, called, key, roles, null, target, by));
            },
            cancellation);

    /// <summary>
    /// Pins the first administrator, once in a target's life: of several at once one is, and after that nobody is pinned this way again, whatever became of the first.
    /// </summary>
    /// <returns>Why not; null when it is done.</returns>
    public static Task<Finding?> BeginAsync(NpgsqlConnection connection, string name, EcPublicKey key, SigningKey by, KnownSigners known, CancellationToken cancellation) =>
        ChangeAsync(
            connection, by, known,
            async (transaction, register, target) =>
            {
                if (register.Findings.Count > 0) return (register.Findings[0], null);
                // By the register's journal, which keeps who was retired and who signed it: rows alone could be taken away.
                if (register.People.FirstOrDefault(p => p.Roles.Any(r => Person.SameName(r, Administrator))) is { } first)
                    return (Finding.Error(FindingCodes.AdministratorThere, $"{first.Name} was pinned here as administrator", null, "An administrator pins others with `godwit keys person add`; `godwit keys person list` shows who is."), null);
                if (register.FindKey(key.Kid) is not null || register.People.Any(p => p.RetiredAt is null && Person.SameName(p.Name, name)))
                    return (Refused($"{name}, or the key {key.Kid}, is pinned here already, with other roles", "Name a key pair of the administrator's own (`godwit keys person new`)."), null);
                await ExecuteAsync(
                    connection, transaction, "INSERT INTO godwit.people (kid, name, key_x, key_y, roles, added_at) VALUES ($1, $2, $3, $4, $5, clock_timestamp())", cancellation,
                    key.Kid, name, key.X, key.Y, s_first);
                return (null, PeopleEntry.Sign(PeopleEntry.Added, name, key, s_first, null, target, by));
            },
            cancellation);

    /// <summary>From now on the key signs nothing that counts.</summary>
    /// <returns>Why not; null when it is done.</returns>
    public static Task<Finding?> RetireAsync(NpgsqlConnection connection, string name, string reason, SigningKey by, KnownSigners known, CancellationToken cancellation) =>
        ChangeAsync(
            connection, by, known,
            async (transaction, register, target) =>
            {
                if (register.People.FirstOrDefault(p => p.RetiredAt is null && Person.SameName(p.Name, name)) is not { } person)
                    return (Refused($"nobody is pinned here as {name}", "`godwit keys person list` shows who is."), null);
                await ExecuteAsync(connection, transaction, "UPDATE godwit.people SET retired_at = clock_timestamp(), reason = $2 WHERE kid = $1", cancellation, person.Key.Kid, reason);
                return (null, PeopleEntry.Sign(PeopleEntry.Retired, person.Name, person.Key, [], reason, target, by));
            },
            cancellation);

    /// <summary>Takes in a signed statement, and notes in the journal of the run that it is about that it came. It is judged when a gate is asked, and not before.</summary>
    /// <returns>False when it is there already.</returns>
    public static async Task<bool> ReceiveAsync(NpgsqlConnection connection, SignedStatement signed, CancellationToken cancellation)
    {
        var said = signed.Statement;
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await LastAsync(connection, transaction, cancellation);
        await using (var insert = new NpgsqlCommand(
            "INSERT INTO godwit.approvals (id, runbook, purpose, plan, subject, run, person, document) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING", connection, transaction)
        {
            Parameters =
            {
                new() { Value = said.Hash }, new() { Value = said.Runbook }, new() { Value = Purposes.Of(said.Purpose) }, new() { Value = said.Plan }, new() { Value = said.Subject },
                new() { Value = (object?)said.Run ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid }, new() { Value = said.Person }, new() { Value = signed.Write() },
            },
        })
        {
            if (await insert.ExecuteNonQueryAsync(cancellation) == 0) return false;
        }
        if (said.Run is { } run && await StoredJournal.HoldsAsync(connection, run, cancellation))
        {
            // No head of this machine's: the runner's next one covers it, and is one that is known.
            var note = JournalNote.Of("statement-received", new JsonObject
            {
                ["kid"] = said.Kid, ["person"] = said.Person, ["purpose"] = Purposes.Of(said.Purpose), ["role"] = said.Role ?? "", ["statement"] = said.Hash, ["subject"] = said.Subject,
            });
            await JournalRows.AppendAsync(connection, transaction, run, [note], cancellation);
        }
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static async Task<Finding?> ChangeAsync(
        NpgsqlConnection connection, SigningKey by, KnownSigners known, Func<NpgsqlTransaction, PeopleRegister, string, Task<(Finding? Refusal, PeopleEntry? Entry)>> change, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await LastAsync(connection, transaction, cancellation);
        // Two administrators take turns: what one reads the other does not change before the first has committed. Readers are not kept waiting.
        await ExecuteAsync(connection, transaction, "SET LOCAL lock_timeout = '30s'", cancellation);
        await ExecuteAsync(connection, transaction, "LOCK TABLE godwit.people IN SHARE ROW EXCLUSIVE MODE", cancellation);
        var records = await PeopleRows.ReadAsync(connection, null, null, known, cancellation);
        var (refusal, entry) = await change(transaction, records.Register, PeopleRegister.TargetOf(await TargetIdentityRows.ReadAsync(connection, cancellation)));
        if (refusal is not null) return refusal;
        await JournalRows.AppendAsync(connection, transaction, PeopleRegister.Journal, [entry!.ToNote()], new JournalSigner(by), cancellation);
        await transaction.CommitAsync(cancellation);
        return null;
    }

    /// <summary>A crash of the server may not take back what a person was told is done.</summary>
    private static Task LastAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        ExecuteAsync(connection, transaction, "SELECT set_config('synchronous_commit', 'local', true) WHERE current_setting('synchronous_commit') = 'off'", cancellation);

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellation, params IReadOnlyList<object> values)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static Finding Refused(string message, string? remedy = null) => Finding.Error(FindingCodes.PersonRefused, message, null, remedy);
}
