using System.Net;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Tests.Passkeys;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Register;

/// <summary>What people lost stays lost when a backup from before comes back, with PostgreSQL's own tools.</summary>
public sealed class RevokedAgainTests(IdentityTemplate template)
{
    private const string Ada = "ada@example.org", Carol = "carol@example.org", Eve = "eve@example.org", Frank = "frank@example.org", Grace = "grace@example.org", Henry = "henry@example.org", New = "another sentence of mine";

    [Fact]
    [Trait("ASVS", "6.5.6")]
    public async Task Removed_passkeys_factors_providers_roles_and_changed_passwords_do_not_come_back_with_a_backup()
    {
        var (database, dump) = (await template.CopyAsync(), Path.Combine(Directory.CreateTempSubdirectory().FullName, "backup.dump"));
        using var adas = new SoftAuthenticator();
        using var henrys = new SoftAuthenticator();
        await using (var host = await IdentityHost.OnAsync(template, database, ("IDENTITY_MFA_ROLES", "none")))
        {
            var ada = await host.MakeWithPasskeyAsync(Ada, adas);
            await host.MakeWithPasskeyAsync(Henry, henrys);
            foreach (var email in new[] { Carol, Eve, Frank, Grace }) await host.MakeAccountAsync(email);
            var (carol, eve, grace) = (await host.SignInAsync(Carol), await host.SignInAsync(Eve), await host.SignInAsync(Grace));
            var seed = await SecondFactor.SetUpAsync(host, carol);
            await host.PostAsync("/v1/me/consents", """{"type":"marketing","granted":true}""", eve.Access);
            var user = await IdOfAsync(host, ada);
            await AdministrationHost.GiveAsync(host, user, "support");
            var link = await database.ScalarAsync<Guid>($"INSERT INTO identity.external_logins (user_id, provider, issuer, subject_index, encrypted_subject) SELECT id, 'acme', 'https://id.acme.example', decode(repeat('07', 48), 'hex'), 'x' FROM identity.users WHERE uuid = '{user}' RETURNING uuid");
            var admin = await AdministrationHost.MakeAsync(host, "admin@example.org", "administrator");
            await RestoreTests.DumpAsync(database, dump);

            var passkey = (await host.SendAsync(HttpMethod.Get, "/v1/auth/passkeys", bearer: ada.Access)).Json[0].GetProperty("id").GetGuid();
            Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/v1/auth/passkeys/{passkey}", bearer: ada.Access)).Status);
            Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/v1/auth/oauth/links/{link}", bearer: ada.Access)).Status);
            Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/v1/admin/users/{user}/roles/support", bearer: admin.Access)).Status);
            Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync("/v1/auth/password/change", $$"""{"currentPassword":"{{IdentityHost.Password}}","newPassword":"{{New}}"}""", ada.Access)).Status);
            await DisableAsync(host, carol, seed);
            await host.PostAsync("/v1/me/consents", """{"type":"marketing","granted":false}""", eve.Access);
            Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync($"/v1/admin/users/{await IdOfAsync(host, await host.SignInAsync(Frank))}/lock", """{"reason":"somebody else is in there"}""", admin.Access)).Status);
            Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync("/v1/auth/email/change", $$"""{"newEmail":"grace.hopper@example.org","password":"{{IdentityHost.Password}}"}""", grace.Access)).Status);
            Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/email/confirm", $$"""{"token":"{{await host.LinkAsync("grace.hopper@example.org")}}"}""", grace.Access)).Status);
        }
        await RestoreTests.RestoreAsync(database, dump);
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_passkeys"));
        await using var again = await IdentityHost.OnAsync(template, database, ("IDENTITY_MFA_ROLES", "none"));

        Assert.Equal(HttpStatusCode.Unauthorized, (await again.LoginAsync(Ada)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await again.LoginAsync(Ada, New)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await again.SignInByPasskeyAsync(adas)).Status);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT (SELECT count(*) FROM identity.external_logins) + (SELECT count(*) FROM identity.user_roles WHERE role = 'support')"));
        Assert.True(await database.ScalarAsync<bool>("SELECT method = 'email' AND encrypted_totp_secret IS NULL AND backup_codes IS NULL FROM identity.user_2fa_settings"));
        Assert.False(await database.ScalarAsync<bool>("SELECT granted FROM identity.user_consents WHERE consent_type = 'marketing' ORDER BY id DESC LIMIT 1"));
        Assert.Equal(HttpStatusCode.Forbidden, (await again.LoginAsync(Frank)).Status);
        // The backup has the mailbox that she gave up.
        Assert.Equal(HttpStatusCode.Forbidden, (await again.LoginAsync(Grace)).Status);
        // Who lost nothing has everything.
        Assert.Equal(HttpStatusCode.OK, (await again.LoginAsync(Henry)).Status);
        Assert.Equal(HttpStatusCode.OK, (await again.SignInByPasskeyAsync(henrys)).Status);
        Assert.Equal(HttpStatusCode.OK, (await again.LoginAsync(Eve)).Status);
        // And Ada comes back by her mailbox.
        var mails = again.To(Ada).Count;
        await again.PostAsync("/v1/auth/password-reset/request", $$"""{"email":"{{Ada}}"}""");
        Assert.Equal(HttpStatusCode.OK, (await again.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{await again.LinkAsync(Ada, mails + 1)}}","password":"{{New}}"}""")).Status);
        await again.SignInAsync(Ada, New);
    }

    [Fact]
    public async Task What_somebody_got_back_after_the_backup_is_not_taken_away()
    {
        var (database, dump) = (await template.CopyAsync(), Path.Combine(Directory.CreateTempSubdirectory().FullName, "backup.dump"));
        await using (var host = await IdentityHost.OnAsync(template, database, ("IDENTITY_MFA_ROLES", "none")))
        {
            var user = await host.MakeAccountAsync(Ada);
            await AdministrationHost.GiveAsync(host, user, "support");
            var admin = await AdministrationHost.MakeAsync(host, "admin@example.org", "administrator");
            await RestoreTests.DumpAsync(database, dump);
            foreach (var method in new[] { HttpMethod.Delete, HttpMethod.Put }) Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(method, $"/v1/admin/users/{user}/roles/support", bearer: admin.Access)).Status);
            Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync($"/v1/admin/users/{user}/lock", """{"reason":"by mistake"}""", admin.Access)).Status);
            Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, $"/v1/admin/users/{user}/unlock", bearer: admin.Access)).Status);
        }
        await RestoreTests.RestoreAsync(database, dump);
        await using var again = await IdentityHost.OnAsync(template, database, ("IDENTITY_MFA_ROLES", "none"));
        Assert.Equal(HttpStatusCode.OK, (await again.LoginAsync(Ada)).Status);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_roles WHERE role = 'support'"));
    }

    private static async Task<Guid> IdOfAsync(IdentityHost host, Tokens tokens) => (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Json.GetProperty("id").GetGuid();

    private static async Task DisableAsync(IdentityHost host, Tokens tokens, byte[] seed)
    {
        await host.Database.ExecuteAsync("UPDATE identity.user_2fa_settings SET totp_last_step = NULL");
        var challenge = (await host.PostAsync("/v1/auth/2fa/challenge", """{"purpose":"disable"}""", tokens.Access)).Json.GetProperty("challenge").GetString();
        var code = Totp.CodeAt(seed, Totp.StepAt(TimeProvider.System.GetUtcNow()));
        var gone = await host.PostAsync("/v1/auth/2fa/disable", $$"""{"challenge":"{{challenge}}","code":"{{code}}"}""", tokens.Access);
        Assert.True(gone.Status == HttpStatusCode.NoContent, gone.Text);
    }
}
