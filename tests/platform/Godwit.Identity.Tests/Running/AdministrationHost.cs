namespace Godwit.Identity.Tests.Running;

/// <summary>Accounts with roles.</summary>
internal static class AdministrationHost
{
    /// <summary>An account with a role (none: without one), signed in.</summary>
    public static async Task<Tokens> MakeAsync(IdentityHost host, string email, string role)
    {
        var user = await host.MakeAccountAsync(email);
        if (role != "none") await GiveAsync(host, user, role);
        return await host.SignInAsync(email);
    }

    public static Task GiveAsync(IdentityHost host, Guid user, string role) =>
        host.Database.ExecuteAsync($"INSERT INTO identity.user_roles (user_id, role) SELECT id, '{role}' FROM identity.users WHERE uuid = '{user}' ON CONFLICT DO NOTHING");
}
