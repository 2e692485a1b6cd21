using Microsoft.AspNetCore.Identity;

namespace Godwit.Identity.Passkeys;

/// <summary>An account as the framework's handler of passkeys sees it: its id, which is the user handle, and its passkeys.</summary>
internal sealed record PasskeyHolder(Guid Uuid, IReadOnlyList<UserPasskeyInfo> Passkeys);

/// <summary>
/// Gives the handler what was read for it beforehand, so that it touches no database: a fault there is a fault, and not a passkey that is refused. What is new is written by who asked for the ceremony.
/// </summary>
internal sealed class HeldPasskeys(PasskeyHolder? holder) : IUserPasskeyStore<PasskeyHolder>
{
    public Task<string> GetUserIdAsync(PasskeyHolder user, CancellationToken cancellationToken) => Task.FromResult(user.Uuid.ToString());

    public Task<PasskeyHolder?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(holder?.Uuid.ToString() == userId ? holder : null);

    public Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PasskeyHolder user, CancellationToken cancellationToken) => Task.FromResult<IList<UserPasskeyInfo>>([.. user.Passkeys]);

    public Task<UserPasskeyInfo?> FindPasskeyAsync(PasskeyHolder user, byte[] credentialId, CancellationToken cancellationToken) =>
        Task.FromResult(user.Passkeys.FirstOrDefault(p => p.CredentialId.AsSpan().SequenceEqual(credentialId)));

    /// <summary>Whether somebody else has it is told by the table's constraint.</summary>
    public async Task<PasskeyHolder?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        holder is not null && await FindPasskeyAsync(holder, credentialId, cancellationToken) is not null ? holder : null;

    public Task<string?> GetUserNameAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw NotAsked();

    public Task SetUserNameAsync(PasskeyHolder user, string? userName, CancellationToken cancellationToken) => throw NotAsked();

    public Task<string?> GetNormalizedUserNameAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw NotAsked();

    public Task SetNormalizedUserNameAsync(PasskeyHolder user, string? normalizedName, CancellationToken cancellationToken) => throw NotAsked();

    public Task<PasskeyHolder?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw NotAsked();

    public Task<IdentityResult> CreateAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw NotAsked();

    public Task<IdentityResult> UpdateAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw NotAsked();

    public Task<IdentityResult> DeleteAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw NotAsked();

    public Task AddOrUpdatePasskeyAsync(PasskeyHolder user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw NotAsked();

    public Task RemovePasskeyAsync(PasskeyHolder user, byte[] credentialId, CancellationToken cancellationToken) => throw NotAsked();

    public void Dispose()
    {
    }

    private static NotSupportedException NotAsked() => new("a ceremony reads a holder's passkeys and changes nothing");
}
