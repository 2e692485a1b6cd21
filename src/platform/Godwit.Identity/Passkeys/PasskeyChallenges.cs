using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Passkeys;

/// <summary>What an authenticator was asked, kept until it answers: in the database, because another host may get the answer. Each is gone with the first answer, right or wrong.</summary>
internal sealed class PasskeyChallenges(IdentityKeys keys, TimeProvider time)
{
    public async Task<string> AddAsync(NpgsqlConnection connection, string purpose, long? user, byte[] binding, string state, CancellationToken cancellation)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await Statement.RunAsync(
            connection, "INSERT INTO identity.passkey_challenges (id, user_id, purpose, bound_to, state, expires_at) VALUES ($1, $2, $3, $4, $5, now() + $6)", cancellation,
            Statement.P(id), Statement.P(user, NpgsqlDbType.Bigint), Statement.P(purpose), Statement.P(binding), Statement.P(state), Statement.P(PasskeyCeremonies.Life));
        return new SignedId(keys.Challenges).Make(purpose, id);
    }

    /// <returns>What was asked; null when it was not, or not for this, not by this client or session, or too long ago.</returns>
    public async Task<string?> TakeAsync(NpgsqlConnection connection, string purpose, string? challenge, byte[] binding, CancellationToken cancellation) =>
        challenge is not null && new SignedId(keys.Challenges).Read(purpose, challenge) is { } id
            ? await Statement.FirstAsync(
                connection, "DELETE FROM identity.passkey_challenges WHERE id = $1 AND purpose = $2 AND bound_to = $3 AND expires_at > now() RETURNING state", r => r.GetString(0), cancellation,
                Statement.P(id), Statement.P(purpose), Statement.P(binding))
            : null;
}
