using System.Text;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Security.Emails;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Godwit.Identity.Keys;

/// <summary>
/// Computes indexes anew after the key for them was rotated, beside the requests, so that the former key can be retired: whoever does it needs each person's key, which a backfill does not have. Meanwhile addresses are found under
/// both keys. What goes by itself - links, mails - is left to go. Any number of hosts do it: an index is exchanged in the place of the one that was read, and of no other.
/// </summary>
internal sealed partial class IndexRenewal(IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, TimeProvider time, ILogger<IndexRenewal> logger)
{
    private const int Batch = 500;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);

    /// <summary>So long after a rotation a host that has not heard of it yet may write under the former key.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromMinutes(10);

    /// <summary>Each takes the active key's id and an id to go on from; and gives the row, the account, the index, the value and what is indexed with it.</summary>
    private static readonly IReadOnlyList<Source> s_sources =
    [
        new("users", "email_index", "encrypted_email", "SELECT id::text, uuid, email_index, encrypted_email, '' FROM identity.users WHERE deleted_at IS NULL AND email_index IS NOT NULL AND"),
        new("users", "phone_index", "encrypted_phone", "SELECT id::text, uuid, phone_index, encrypted_phone, '' FROM identity.users WHERE deleted_at IS NULL AND phone_index IS NOT NULL AND encrypted_phone IS NOT NULL AND"),
        new("email_changes", "former_index", "encrypted_former", "SELECT x.id::text, u.uuid, former_index, encrypted_former, '' FROM identity.email_changes x JOIN identity.users u ON u.id = x.user_id WHERE"),
        new("external_logins", "subject_index", "encrypted_subject", "SELECT x.id::text, u.uuid, subject_index, encrypted_subject, issuer FROM identity.external_logins x JOIN identity.users u ON u.id = x.user_id WHERE"),
    ];

    public async Task RunAsync(CancellationToken stopping)
    {
        var (last, until) = (Array.Empty<byte>(), DateTimeOffset.MinValue);
        while (!stopping.IsCancellationRequested)
        {
            var active = ActiveKey();
            if (!active.AsSpan().SequenceEqual(last)) (last, until) = (active, time.GetUtcNow() + s_late);
            if (time.GetUtcNow() < until) await RenewAsync(active, stopping);
            await Task.Delay(s_look, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Goes over all that is not under the active key.</summary>
    public async Task RenewAsync(byte[] active, CancellationToken cancellation)
    {
        long renewed = 0, unreadable = 0;
        foreach (var source in s_sources)
        {
            var passed = new HashSet<string>(StringComparer.Ordinal);
            while (true)
            {
                // Those that cannot be read stay; they are not met twice in a round.
                var rows = await database.WithAsync(
                    connection => Statement.AllAsync(
                        connection, $"{source.Query} substring({source.Index} FROM 1 FOR {KeyId.Length}) <> $1 AND NOT ({source.Id} = ANY($2)) LIMIT {Batch}",
                        r => new Row(r.GetString(0), r.GetGuid(1), r.GetFieldValue<byte[]>(2), r.GetFieldValue<byte[]>(3), r.GetString(4)), cancellation, Statement.P(active), Statement.P(passed.ToArray())),
                    cancellation);
                if (rows.Count == 0) break;
                foreach (var row in rows)
                {
                    if (await TryRenewAsync(source, row, cancellation)) renewed++;
                    else if (passed.Add(row.Id)) unreadable++;
                }
            }
        }
        if (renewed + unreadable > 0) Renewed(logger, renewed, unreadable);
    }

    private async Task<bool> TryRenewAsync(Source source, Row row, CancellationToken cancellation)
    {
        try
        {
            if (await keys.Persons.OpenAsync(row.Account.ToString(), cancellation) is not { } person) return false;
            await using (person)
            {
                var bound = source.Table == "email_changes" ? row.Id : row.Account.ToString();
                var text = Encoding.UTF8.GetString(keys.OfPerson(person, source.Value, source.Table).Decrypt(row.Value, RowKey.Of(bound)));
                if (IndexOf(source, text, row.Issuer) is not { } next) return false;
                await database.InTransactionAsync(
                    connection => Statement.RunAsync(
                        connection, $"UPDATE identity.{source.Table} SET {source.Index} = $3 WHERE id::text = $1 AND {source.Index} = $2 AND id = ($1)::{(source.Table == "email_changes" ? "uuid" : "bigint")}", cancellation, Statement.P(row.Id),
                        Statement.P(row.Former), Statement.P(next)),
                    cancellation);
                return true;
            }
        }
        catch (Exception e) when (e is FieldUnreadableException || e is KeyringException { MayRetry: false } || e is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return false;
        }
    }

    private byte[]? IndexOf(Source source, string text, string issuer)
    {
        var index = new byte[BlindIndex.Length];
        switch (source.Index)
        {
            case "phone_index":
                keys.Phones.Compute("", text, index);
                return index;
            case "subject_index":
                keys.Subjects.Compute(issuer, text, index);
                return index;
            default:
                return EmailAddress.Read(text).Address is { } address ? accounts.IndexOf(address) : null;
        }
    }

    private byte[] ActiveKey()
    {
        var index = new byte[BlindIndex.Length];
        keys.Phones.Compute("", "0", index);
        return index[..KeyId.Length];
    }

    [LoggerMessage(2331, LogLevel.Information, "{renewed} indexes were computed anew under the key of now, {unreadable} could not be: their rows cannot be read, and need the former key", EventName = "IndexesRenewed")]
    private static partial void Renewed(ILogger logger, long renewed, long unreadable);

    private sealed record Source(string Table, string Index, string Value, string Query)
    {
        public string Id => Table == "users" ? "id::text" : "x.id::text";
    }

    private sealed record Row(string Id, Guid Account, byte[] Former, byte[] Value, string Issuer);
}
