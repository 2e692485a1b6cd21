using Godwit.Identity.Database;
using Npgsql;

namespace Godwit.Identity.Register;

/// <summary>
/// Takes away again what people lost after the backup that came back. Where the register does not know which one of several it was - a passkey, a provider's identity - all of the account's go: the mailed link still gets its owner in.
/// </summary>
/// <param name="Accounts">How many lost something.</param>
internal sealed record RevokedAgain(int Accounts)
{
    private const int Batch = 10_000;

    /// <param name="connection">In a transaction.</param>
    /// <param name="lines">The lines that the database does not know, in their order.</param>
    /// <param name="subjectOf">Computes what a line has of a word and an account.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<RevokedAgain> DoAsync(NpgsqlConnection connection, IEnumerable<RegisterLine> lines, Func<string, string> subjectOf, CancellationToken cancellation)
    {
        // Of several lines about one thing the last counts.
        var lost = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (line.Kind == RegisterLine.Revoked) lost.Add(line.Subject);
            else if (line.Kind == RegisterLine.Allowed) lost.Remove(line.Subject);
        }
        var touched = new HashSet<long>();
        if (lost.Count == 0) return new RevokedAgain(0);
        for (var after = long.MinValue; ;)
        {
            var users = await Statement.AllAsync(connection, $"SELECT id FROM identity.users WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT {Batch}", r => r.GetInt64(0), cancellation, Statement.P(after));
            if (users.Count == 0) break;
            after = users[^1];
            await TakeAsync(RegisterNote.Password, "UPDATE identity.users SET password_hash = NULL WHERE id = ANY($1)");
            await TakeAsync(RegisterNote.Providers, "DELETE FROM identity.external_logins WHERE user_id = ANY($1)");
            await TakeAsync(RegisterNote.Factors, FactorByMail);
            // Before they go: a second factor that is none any more asks for codes by mail.
            await TakeAsync(RegisterNote.Passkeys, $"{FactorByMail} AND method = 'webauthn'");
            await TakeAsync(RegisterNote.Passkeys, "DELETE FROM identity.user_passkeys WHERE user_id = ANY($1)");
            foreach (var closed in (string[])[RegisterNote.Access, RegisterNote.Address])
                await TakeAsync(closed, "UPDATE identity.users SET account_locked = true, account_locked_until = NULL, encrypted_lock_reason = NULL WHERE id = ANY($1)");

            async Task TakeAsync(string what, string sql)
            {
                var theirs = users.Where(u => lost.Contains(subjectOf(RegisterNote.Key(what, u)))).ToArray();
                touched.UnionWith(theirs);
                if (theirs.Length > 0) await Statement.RunAsync(connection, sql, cancellation, Statement.P(theirs));
            }
        }
        foreach (var (user, role) in (await Statement.AllAsync(connection, "SELECT user_id, role FROM identity.user_roles", Pair, cancellation)).Where(r => Is(RegisterNote.Role, r)))
            await Statement.RunAsync(connection, "DELETE FROM identity.user_roles WHERE user_id = $1 AND role = $2", cancellation, Statement.P(user), Statement.P(role));
        foreach (var (user, consent) in (await Statement.AllAsync(connection, Granted, Pair, cancellation)).Where(c => Is(RegisterNote.Consent, c)))
            await Statement.RunAsync(connection, Withdraw, cancellation, Statement.P(user), Statement.P(consent));
        return new RevokedAgain(touched.Count);

        bool Is(string what, (long User, string Word) row) => lost.Contains(subjectOf(RegisterNote.Key(what + row.Word, row.User))) && (touched.Add(row.User) || true);
    }

    /// <summary>Whether there is one stays as it was: nobody has less of a second factor than in the backup, and none is the one that was lost.</summary>
    private const string FactorByMail = """
        UPDATE identity.user_2fa_settings SET method = 'email', encrypted_totp_secret = NULL, encrypted_phone_number = NULL, totp_last_step = NULL, backup_codes = NULL, backup_codes_generated_at = NULL WHERE user_id = ANY($1)
        """;

    private const string Granted = """
        SELECT user_id, consent_type FROM (SELECT DISTINCT ON (user_id, consent_type) user_id, consent_type, granted FROM identity.user_consents WHERE consent_type IN ('marketing', 'analytics') ORDER BY user_id, consent_type, id DESC) c
        WHERE granted
        """;

    private const string Withdraw = """
        INSERT INTO identity.user_consents (user_id, consent_type, version, granted, text_hash, withdrawn_at)
        SELECT user_id, consent_type, version, false, text_hash, now() FROM identity.user_consents WHERE user_id = $1 AND consent_type = $2 ORDER BY id DESC LIMIT 1
        """;

    private static (long User, string Word) Pair(NpgsqlDataReader row) => (row.GetInt64(0), row.GetString(1));
}
