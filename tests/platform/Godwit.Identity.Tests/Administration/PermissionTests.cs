using System.Net;
using Godwit.Identity.Requests;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Godwit.Identity.Tests.Administration;

public sealed class PermissionTests(IdentityTemplate template)
{
    private const string Target = "ada@example.org";

    private static readonly string[] s_roles = ["administrator", "auditor", "privacy_officer", "support", "none"];

    /// <summary>Every route, who may use it, what is sent, and what who may gets.</summary>
    private static readonly (string Route, string[] Roles, string? Body, int Done)[] s_table =
    [
        ("POST /v1/admin/users/search", ["administrator", "privacy_officer", "support"], """{"email":"ada@example.org"}""", 200),
        ("GET /v1/admin/users/{id:guid}", ["administrator", "privacy_officer", "support"], null, 200),
        ("POST /v1/admin/users/{id:guid}/lock", ["administrator", "support"], """{"reason":"asked by telephone"}""", 204),
        ("POST /v1/admin/users/{id:guid}/unlock", ["administrator", "support"], null, 204),
        ("DELETE /v1/admin/users/{id:guid}/sessions", ["administrator", "support"], null, 200),
        ("GET /v1/admin/data-requests", ["administrator", "privacy_officer"], null, 200),
        ("GET /v1/admin/data-requests/{id:guid}", ["administrator", "privacy_officer"], null, 200),
        ("POST /v1/admin/data-requests/{id:guid}/take", ["administrator", "privacy_officer"], null, 204),
        ("POST /v1/admin/data-requests/{id:guid}/complete", ["administrator", "privacy_officer"], """{"answer":"It is corrected"}""", 204),
        ("POST /v1/admin/data-requests/{id:guid}/reject", ["administrator", "privacy_officer"], """{"answer":"It is right as it is"}""", 204),
        ("GET /v1/admin/events", ["administrator", "auditor"], null, 200),
        ("GET /v1/admin/stats", ["administrator", "auditor"], null, 200),
        ("GET /v1/admin/roles", ["administrator"], null, 200),
        ("PUT /v1/admin/users/{id:guid}/roles/{role}", ["administrator"], null, 204),
        ("DELETE /v1/admin/users/{id:guid}/roles/{role}", ["administrator"], null, 204),
    ];



    [Fact]
    [Trait("ASVS", "8.2.1")]
    [Trait("ASVS", "8.3.1")]
    [Trait("ASVS", "16.3.2")]
    public async Task Every_route_answers_those_roles_that_the_table_names_and_refuses_all_others()
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_MFA_ROLES", "none"));
        var target = await host.MakeAccountAsync(Target);
        var of = await host.SignInAsync(Target);
        foreach (var role in s_roles)
        {
            var caller = await AdministrationHost.MakeAsync(host, $"{role}@example.org", role);
            foreach (var (route, roles, body, done) in s_table)
            {
                await AsBeforeAsync(host, target, role);
                var request = await host.Database.ScalarAsync<Guid>("SELECT uuid FROM identity.data_subject_requests");
                var (method, path) = (route.Split(' ')[0], route.Split(' ')[1].Replace("{role}", "auditor", StringComparison.Ordinal).Replace("{id:guid}", (route.Contains("data-requests", StringComparison.Ordinal) ? request : target).ToString(), StringComparison.Ordinal));
                if (route.StartsWith("DELETE", StringComparison.Ordinal) && route.EndsWith("{role}", StringComparison.Ordinal)) await AdministrationHost.GiveAsync(host, target, "auditor");
                var answer = await host.SendAsync(new HttpMethod(method), path, body, caller.Access);
                Assert.True((int)answer.Status == (roles.Contains(role) ? done : 403), $"{role}: {route}: {(int)answer.Status} {answer.Text}");
                Assert.True((await host.SendAsync(new HttpMethod(method), path, body)).Status == HttpStatusCode.Unauthorized, route);
            }
        }
        Assert.NotEmpty(of.Access);
        Assert.True(await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_type = 'permission_refused' AND blocked") > 30);
    }

    [Fact]
    public void The_table_has_every_route_that_there_is_and_no_other()
    {
        IEndpointRouteBuilder app = WebApplication.CreateSlimBuilder().Build();
        new IdentityModule().MapRoutes(app);
        var routes = app.DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText!.StartsWith("/v1/admin", StringComparison.Ordinal)).ToList();
        Assert.All(routes, r => Assert.NotNull(r.Metadata.GetMetadata<AdminRoute>()));
        Assert.Equal(
            s_table.Select(r => r.Route).Order(StringComparer.Ordinal),
            routes.SelectMany(r => r.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {r.RoutePattern.RawText}")).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("ASVS", "8.1.1")]
    public async Task The_page_says_of_each_role_what_the_database_allows_it()
    {
        var database = await template.CopyAsync();
        var page = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "docs", "identity-operating.md"), TestContext.Current.CancellationToken);
        foreach (var role in s_roles.Where(r => r != "none"))
        {
            var permissions = await database.ScalarAsync<string[]>($"SELECT array_agg(permission ORDER BY permission) FROM identity.role_permissions WHERE role = '{role}'");
            Assert.Contains($"| `{role}` | {string.Join(", ", permissions.Select(p => $"`{p}`"))} |", page, StringComparison.Ordinal);
        }
    }

    /// <summary>An account that can be locked and a request that can be answered, whatever the route before did.</summary>
    private static Task AsBeforeAsync(IdentityHost host, Guid target, string role) => host.Database.ExecuteAsync($"""
        UPDATE identity.users SET account_locked = false, account_locked_until = NULL, encrypted_lock_reason = NULL WHERE uuid = '{target}';
        DELETE FROM identity.user_roles USING identity.users WHERE id = user_id AND uuid = '{target}';
        DELETE FROM identity.data_subject_requests;
        INSERT INTO identity.data_subject_requests (user_id, request_type) SELECT id, 'rectification' FROM identity.users WHERE uuid = '{target}' AND '{role}' <> '';
        """);
}
