using System.Net;
using Godwit.Identity.Tests.Register;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Erasure;

public sealed class FormerAddressTests(IdentityTemplate template)
{
    private const string Former = "ada.byron@example.org", Now = "ada.lovelace@example.org", Eve = "eve@example.org";

    private static readonly (string Name, string Value)[] s_atOnce = [("IDENTITY_ERASURE_HOURS", "0")];

    [Fact]
    public async Task What_is_kept_under_an_address_of_before_goes_with_the_person()
    {
        await using var host = await IdentityHost.StartAsync(template, s_atOnce);
        var (user, tokens) = await ChangedAsync(host);
        var eve = await host.MakeAccountAsync(Eve);
        // From now on mails wait.
        await host.Mails.DisposeAsync();
        foreach (var address in new[] { Former, Eve })
        {
            Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync("/v1/auth/password-reset/request", $$"""{"email":"{{address}}"}""")).Status);
            Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync("/v1/auth/magic-link/request", $$"""{"email":"{{address}}"}""")).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync(address, "not the password")).Status);
        }
        var index = await host.Database.ScalarAsync<byte[]>("SELECT former_index FROM identity.email_changes");
        Assert.Equal("2 2 1", await OfAsync(host.Database, index));
        Assert.Equal(2, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.login_buckets WHERE in_a_row > 0"));
        await ErasureTests.EraseAsync(host, tokens, user);
        Assert.Equal("0 0 0", await OfAsync(host.Database, index));
        // Eve's is there, and what was counted for the network.
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.login_buckets WHERE in_a_row > 0"));
        Assert.Equal(2, await host.Database.ScalarAsync<long>($"SELECT count(*) FROM identity.password_reset_tokens WHERE email_index = (SELECT email_index FROM identity.users WHERE uuid = '{eve}')"));
        Assert.Equal(2, await host.Database.ScalarAsync<long>($"SELECT count(*) FROM identity.user_security_events WHERE event_data ->> 'about' = (SELECT encode(email_index, 'hex') FROM identity.users WHERE uuid = '{eve}') AND event_type <> 'registration_requested'"));
    }

    [Fact]
    public async Task An_address_of_before_that_is_somebody_elses_by_now_is_left_to_them()
    {
        await using var host = await IdentityHost.StartAsync(template, s_atOnce);
        var (user, tokens) = await ChangedAsync(host);
        var next = await host.MakeAccountAsync(Former, "the words of another");
        await host.PostAsync("/v1/auth/password-reset/request", $$"""{"email":"{{Former}}"}""");
        var index = await host.Database.ScalarAsync<byte[]>($"SELECT email_index FROM identity.users WHERE uuid = '{next}'");
        await ErasureTests.EraseAsync(host, tokens, user);
        Assert.StartsWith("1 ", await OfAsync(host.Database, index), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync(Former, "the words of another")).Status);
    }

    [Theory]
    [InlineData("UPDATE identity.users SET encrypted_email = set_byte(encrypted_email, 40, get_byte(encrypted_email, 40) # 1)")]
    [InlineData("UPDATE identity.email_changes SET encrypted_former = set_byte(encrypted_former, 40, get_byte(encrypted_former, 40) # 1)")]
    public async Task An_address_that_cannot_be_decrypted_keeps_nobody_from_being_erased_and_is_told(string damage)
    {
        await using var host = await IdentityHost.StartAsync(template, s_atOnce);
        var (user, tokens) = await ChangedAsync(host);
        await host.PostAsync("/v1/auth/password-reset/request", $$"""{"email":"{{Former}}"}""");
        var index = await host.Database.ScalarAsync<byte[]>("SELECT former_index FROM identity.email_changes");
        var request = await host.PostAsync("/v1/me/data-requests", """{"type":"rectification","details":"none"}""", tokens.Access);
        Assert.Equal(HttpStatusCode.Created, request.Status);
        // Asked for by the row alone: the answer's mail would need the address, too.
        await host.Database.ExecuteAsync($"{damage}; INSERT INTO identity.data_subject_requests (user_id, request_type, execute_after) SELECT id, 'erasure', now() FROM identity.users");
        await Patience.UntilAsync(async () => await host.Database.ScalarAsync<bool>($"SELECT deleted_at IS NOT NULL AND email_index IS NULL FROM identity.users WHERE uuid = '{user}'"));
        Assert.Equal("0 0 0", await OfAsync(host.Database, index));
        Assert.Equal("address_unreadable", await host.Database.ScalarAsync<string>("SELECT outcome FROM identity.data_subject_requests WHERE request_type = 'erasure' AND status = 'completed'"));
        Assert.Equal("address_unreadable", await host.Database.ScalarAsync<string>("SELECT event_data ->> 'outcome' FROM identity.user_security_events WHERE event_type = 'person_erased'"));
        Assert.Contains("cannot be decrypted", host.Platform.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restored_row_that_cannot_be_decrypted_keeps_no_service_from_starting()
    {
        var database = await template.CopyAsync();
        var dump = Path.Combine(Directory.CreateTempSubdirectory().FullName, "backup.dump");
        Guid user;
        await using (var host = await IdentityHost.OnAsync(template, database, s_atOnce))
        {
            (user, var tokens) = await ChangedAsync(host);
            await RestoreTests.DumpAsync(database, dump);
            await ErasureTests.EraseAsync(host, tokens, user);
        }
        await RestoreTests.RestoreAsync(database, dump);
        await database.ExecuteAsync("UPDATE identity.users SET encrypted_email = set_byte(encrypted_email, 40, get_byte(encrypted_email, 40) # 1)");
        await using var again = await IdentityHost.OnAsync(template, database);
        Assert.True(await database.ScalarAsync<bool>($"SELECT deleted_at IS NOT NULL AND encrypted_email IS NULL FROM identity.users WHERE uuid = '{user}'"));
        Assert.Contains("cannot be decrypted", again.Platform.Log.Text, StringComparison.Ordinal);
    }

    private static async Task<(Guid User, Tokens Tokens)> ChangedAsync(IdentityHost host)
    {
        var user = await host.MakeAccountAsync(Former);
        var tokens = await host.SignInAsync(Former);
        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync("/v1/auth/email/change", $$"""{"newEmail":"{{Now}}","password":"{{IdentityHost.Password}}"}""", tokens.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/email/confirm", $$"""{"token":"{{await host.LinkAsync(Now)}}"}""", tokens.Access)).Status);
        // With the link that takes it back: whoever waits for a link gets another one afterwards.
        await Patience.UntilAsync(() => Task.FromResult(host.To(Former).Count(m => m.Body.Contains('#', StringComparison.Ordinal)) >= 2));
        // An erasure waits until nobody can have the address back.
        await host.Database.ExecuteAsync("UPDATE identity.email_changes SET changed_at = now() - interval '8 days', undo_until = now() - interval '1 day'");
        return (user, tokens);
    }

    /// <summary>Links, events and waiting mails under an index.</summary>
    private static Task<string> OfAsync(TestDatabase database, byte[] index)
    {
        var hex = Convert.ToHexStringLower(index);
        return database.ScalarAsync<string>($"""
            SELECT concat_ws(' ', (SELECT count(*) FROM identity.password_reset_tokens WHERE email_index = '\x{hex}'),
                (SELECT count(*) FROM identity.user_security_events WHERE event_data ->> 'about' = '{hex}' AND event_type <> 'registration_requested'),
                (SELECT least(1, count(*)) FROM identity.mail_outbox WHERE about = '\x{hex}'))
            """);
    }
}
