using System.Net;
using System.Text;
using System.Text.Json;
using Godwit.Identity.Roles;
using Godwit.Identity.Tests.Running;
using Npgsql;

namespace Godwit.Identity.Tests.Roles;

public sealed class RoleTests(IdentityTemplate template)
{
    private static readonly (string Name, string Value) s_noFactor = ("IDENTITY_MFA_ROLES", "none");

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task A_role_stands_in_tokens_and_one_that_is_withdrawn_is_of_no_use_at_once()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var root = await AdministrationHost.MakeAsync(host, "root@example.org", "administrator");
        var ada = await host.MakeAccountAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Put, $"/v1/admin/users/{ada}/roles/auditor", bearer: root.Access)).Status);
        var tokens = await host.SignInAsync("ada@example.org");
        Assert.Equal(["auditor"], RolesOf(tokens.Access));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/admin/stats", bearer: tokens.Access)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/v1/admin/users/{ada}/roles/auditor", bearer: root.Access)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Get, "/v1/admin/stats", bearer: tokens.Access)).Status);
        var renewed = Tokens.Of(await host.PostAsync("/v1/auth/refresh", $$"""{"refreshToken":"{{tokens.Refresh}}"}"""));
        Assert.Empty(RolesOf(renewed.Access));
        var events = (await host.SendAsync(HttpMethod.Get, $"/v1/admin/events?user={ada}", bearer: root.Access)).Json.EnumerateArray().Select(e => e.GetProperty("type").GetString()).ToList();
        Assert.Contains("role_granted", events);
        Assert.Contains("role_withdrawn", events);
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task Nobody_gives_what_they_do_not_hold_or_changes_their_own_roles()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        await host.Database.ExecuteAsync("INSERT INTO identity.roles VALUES ('giver', 'May give roles'); INSERT INTO identity.role_permissions VALUES ('giver', 'roles.grant'), ('giver', 'stats.read'), ('giver', 'events.read')");
        await AdministrationHost.MakeAsync(host, "root@example.org", "administrator");
        var giver = await AdministrationHost.MakeAsync(host, "giver@example.org", "giver");
        var ada = await host.MakeAccountAsync("ada@example.org");
        var own = await IdOfAsync(host, giver);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Put, $"/v1/admin/users/{ada}/roles/auditor", bearer: giver.Access)).Status);
        foreach (var role in new[] { "administrator", "support", "privacy_officer" })
            Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Put, $"/v1/admin/users/{ada}/roles/{role}", bearer: giver.Access)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await host.SendAsync(HttpMethod.Put, $"/v1/admin/users/{own}/roles/auditor", bearer: giver.Access)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Put, $"/v1/admin/users/{ada}/roles/king", bearer: giver.Access)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Put, $"/v1/admin/users/{Guid.NewGuid()}/roles/auditor", bearer: giver.Access)).Status);
    }

    [Fact]
    public async Task Of_two_administrators_who_withdraw_each_others_role_at_once_one_is_left_and_the_last_one_stays()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var (first, second) = (await AdministrationHost.MakeAsync(host, "first@example.org", "administrator"), await AdministrationHost.MakeAsync(host, "second@example.org", "administrator"));
        var (one, two) = (await IdOfAsync(host, first), await IdOfAsync(host, second));
        await Task.WhenAll(
            host.SendAsync(HttpMethod.Delete, $"/v1/admin/users/{two}/roles/administrator", bearer: first.Access), host.SendAsync(HttpMethod.Delete, $"/v1/admin/users/{one}/roles/administrator", bearer: second.Access));
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_roles"));
        var left = await host.Database.ScalarAsync<string>("SELECT u.uuid::text FROM identity.user_roles JOIN identity.users u ON u.id = user_id") == one.ToString() ? first : second;
        Assert.EndsWith("last-administrator", (await host.PostAsync("/v1/me/data-requests", """{"type":"erasure"}""", left.Access)).Type, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("ASVS", "6.3.3")]
    public async Task Who_holds_a_role_has_to_show_a_second_factor_before_anything_else()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var root = await AdministrationHost.MakeAsync(host, "root@example.org", "administrator");
        Assert.EndsWith("second-factor-needed", (await host.SendAsync(HttpMethod.Get, "/v1/admin/stats", bearer: root.Access)).Type, StringComparison.Ordinal);
        Assert.EndsWith("second-factor-needed", (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: root.Access)).Type, StringComparison.Ordinal);
        await SecondFactor.SetUpAsync(host, root);
        var shown = Tokens.Of(await host.PostAsync("/v1/auth/refresh", $$"""{"refreshToken":"{{root.Refresh}}"}"""));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/admin/stats", bearer: shown.Access)).Status);
        // Who has no role is not asked.
        await host.MakeAccountAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: (await host.SignInAsync("ada@example.org")).Access)).Status);
    }

    [Fact]
    public async Task The_first_administrator_is_made_by_a_command_and_no_second_one()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var (ada, eve) = (await host.MakeAccountAsync("ada@example.org"), await host.MakeAccountAsync("eve@example.org"));
        await using var source = NpgsqlDataSource.Create(host.Database.ConnectionString);
        Assert.Equal(1, await FirstAdministratorCommand.RunAsync(source, Guid.NewGuid(), TextWriter.Null, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Equal(0, await FirstAdministratorCommand.RunAsync(source, ada, TextWriter.Null, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Equal(1, await FirstAdministratorCommand.RunAsync(source, eve, TextWriter.Null, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/admin/roles", bearer: (await host.SignInAsync("ada@example.org")).Access)).Status);
    }

    private static async Task<Guid> IdOfAsync(IdentityHost host, Tokens tokens) => (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Json.GetProperty("id").GetGuid();

    private static string[] RolesOf(string token)
    {
        var part = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
        var claims = JsonDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(part.PadRight((part.Length + 3) / 4 * 4, '='))));
        return [.. claims.RootElement.GetProperty("roles").EnumerateArray().Select(r => r.GetString()!)];
    }
}
