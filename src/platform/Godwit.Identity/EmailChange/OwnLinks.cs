using Godwit.Identity.Database;
using Npgsql;

namespace Godwit.Identity.EmailChange;

/// <summary>What was mailed to the addresses of an account before one of them became another.</summary>
internal static class OwnLinks
{
    /// <summary>Uses up codes, changes that wait, and links for new passwords.</summary>
    /// <param name="indexes">Of the addresses that the links were mailed to.</param>
    public static async Task UseUpAsync(NpgsqlConnection connection, long user, byte[][] indexes, CancellationToken cancellation)
    {
        await Statement.RunAsync(connection, "UPDATE identity.user_otp_codes SET used = true, used_at = now() WHERE user_id = $1 AND NOT used", cancellation, Statement.P(user));
        await Statement.RunAsync(connection, "UPDATE identity.email_verification_tokens SET used = true, used_at = now() WHERE user_id = $1 AND NOT used", cancellation, Statement.P(user));
        await Statement.RunAsync(connection, "UPDATE identity.password_reset_tokens SET used = true, used_at = now() WHERE email_index = ANY($1) AND NOT used", cancellation, Statement.P(indexes));
    }
}
