using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Administration;

public sealed class AdministrationTests(IdentityTemplate template)
{
    private const string Ada = "ada@example.org";

    private static readonly (string Name, string Value) s_noFactor = ("IDENTITY_MFA_ROLES", "none");

    [Fact]
    [Trait("ASVS", "16.3.2")]
    public async Task An_account_is_found_by_its_whole_address_or_id_and_every_look_is_recorded_for_its_owner()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var support = await AdministrationHost.MakeAsync(host, "support@example.org", "support");
        var user = await host.MakeAccountAsync(Ada);
        var ada = await host.SignInAsync(Ada);
        var found = (await host.PostAsync("/v1/admin/users/search", """{"email":" ADA@Example.ORG "}""", support.Access)).Json;
        Assert.Equal((user, Ada, "Byron", 1), (found[0].GetProperty("id").GetGuid(), found[0].GetProperty("email").GetString(), found[0].GetProperty("lastName").GetString(), found[0].GetProperty("openSessions").GetInt32()));
        Assert.Equal(1, (await host.PostAsync("/v1/admin/users/search", $$"""{"id":"{{user}}"}""", support.Access)).Json.GetArrayLength());
        Assert.Equal(0, (await host.PostAsync("/v1/admin/users/search", """{"email":"nobody@example.org"}""", support.Access)).Json.GetArrayLength());
        Assert.Equal(0, (await host.PostAsync("/v1/admin/users/search", $$"""{"id":"{{Guid.NewGuid()}}"}""", support.Access)).Json.GetArrayLength());
        foreach (var part in new[] { "ada@example", "ad@example.org", "example.org", "%" }) Assert.DoesNotContain(user.ToString(), (await host.PostAsync("/v1/admin/users/search", $$"""{"email":"{{part}}"}""", support.Access)).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"/v1/admin/users/{Guid.NewGuid()}", bearer: support.Access)).Status);
        // Who tries out addresses and ids is seen by it, and the addresses stand nowhere.
        Assert.Equal(4, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_category = 'data_access' AND event_type = 'user_search_missed'"));
        Assert.Equal(2, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_type = 'user_search_missed' AND event_data ? 'about' AND event_data ->> 'by' <> ''"));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events e WHERE e::text LIKE '%@%'"));
        Assert.Equal(2, (await host.SendAsync(HttpMethod.Get, "/v1/me/security-events", bearer: ada.Access)).Json.EnumerateArray().Count(e => e.GetProperty("type").GetString() == "user_read"));
        Assert.Equal(2, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_category = 'data_access' AND event_type = 'user_read'"));
    }

    [Fact]
    [Trait("ASVS", "7.4.2")]
    public async Task A_locked_account_is_closed_at_once_until_its_time_or_until_somebody_opens_it()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var support = await AdministrationHost.MakeAsync(host, "support@example.org", "support");
        await AdministrationHost.MakeAsync(host, "root@example.org", "administrator");
        var user = await host.MakeAccountAsync(Ada);
        var ada = await host.SignInAsync(Ada);
        var path = $"/v1/admin/users/{user}";
        Assert.Equal(HttpStatusCode.BadRequest, (await host.PostAsync(path + "/lock", """{"until":"2020-01-01T00:00:00Z"}""", support.Access)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync(path + "/lock", """{"reason":"a stolen telephone"}""", support.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: ada.Access)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.LoginAsync(Ada)).Status);
        var seen = (await host.SendAsync(HttpMethod.Get, path, bearer: support.Access)).Json;
        Assert.Equal((true, "a stolen telephone"), (seen.GetProperty("locked").GetBoolean(), seen.GetProperty("lockReason").GetString()));
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, path + "/unlock", bearer: support.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync(Ada)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync(path + "/lock", $$"""{"reason":"for an hour","until":"{{TimeProvider.System.GetUtcNow().AddHours(1):O}}"}""", support.Access)).Status);
        await host.Database.ExecuteAsync("UPDATE identity.users SET account_locked_until = now() WHERE account_locked");
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync(Ada)).Status);
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task Support_locks_no_administrator_and_nobody_locks_themselves_or_the_last_one()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var support = await AdministrationHost.MakeAsync(host, "support@example.org", "support");
        var root = await AdministrationHost.MakeAsync(host, "root@example.org", "administrator");
        var (own, admin) = (await IdOfAsync(host, support), await IdOfAsync(host, root));
        const string Reason = """{"reason":"because"}""";
        Assert.Equal(HttpStatusCode.Forbidden, (await host.PostAsync($"/v1/admin/users/{admin}/lock", Reason, support.Access)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Delete, $"/v1/admin/users/{admin}/sessions", bearer: support.Access)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await host.PostAsync($"/v1/admin/users/{own}/lock", Reason, support.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: root.Access)).Status);
        var second = await AdministrationHost.MakeAsync(host, "second@example.org", "administrator");
        var at = await IdOfAsync(host, second);
        Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync($"/v1/admin/users/{at}/lock", Reason, root.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/admin/stats", bearer: second.Access)).Status);
    }

    [Fact]
    [Trait("ASVS", "7.4.5")]
    public async Task Sessions_of_an_account_are_ended_at_once()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var support = await AdministrationHost.MakeAsync(host, "support@example.org", "support");
        var user = await host.MakeAccountAsync(Ada);
        var (one, two) = (await host.SignInAsync(Ada), await host.SignInAsync(Ada));
        Assert.Equal(2, (await host.SendAsync(HttpMethod.Delete, $"/v1/admin/users/{user}/sessions", bearer: support.Access)).Json.GetProperty("ended").GetInt32());
        foreach (var tokens in new[] { one, two }) Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Status);
    }

    [Fact]
    public async Task A_request_for_a_correction_is_taken_by_one_person_and_answered_to_who_asked()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var (one, two) = (await AdministrationHost.MakeAsync(host, "one@example.org", "privacy_officer"), await AdministrationHost.MakeAsync(host, "two@example.org", "privacy_officer"));
        await host.MakeAccountAsync(Ada);
        var ada = await host.SignInAsync(Ada);
        var id = (await host.PostAsync("/v1/me/data-requests", """{"type":"rectification","details":"My name is Augusta"}""", ada.Access)).Json.GetProperty("id").GetGuid();
        var path = $"/v1/admin/data-requests/{id}";
        Assert.Contains(id.ToString(), (await host.SendAsync(HttpMethod.Get, "/v1/admin/data-requests?status=pending", bearer: one.Access)).Text, StringComparison.Ordinal);
        Assert.Equal("My name is Augusta", (await host.SendAsync(HttpMethod.Get, path, bearer: one.Access)).Json.GetProperty("details").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, path + "/take", bearer: one.Access)).Status);
        Assert.EndsWith("request-taken", (await host.PostAsync(path + "/complete", """{"answer":"mine"}""", two.Access)).Type, StringComparison.Ordinal);
        Assert.Equal("in_progress", (await host.SendAsync(HttpMethod.Get, $"/v1/me/data-requests/{id}", bearer: ada.Access)).Json.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync(path + "/complete", """{"answer":"It is corrected","notes":"by her passport"}""", one.Access)).Status);
        var seen = (await host.SendAsync(HttpMethod.Get, $"/v1/me/data-requests/{id}", bearer: ada.Access)).Json;
        Assert.Equal(("completed", "It is corrected"), (seen.GetProperty("status").GetString(), seen.GetProperty("answer").GetString()));
        Assert.Contains("was answered", (await host.MailAsync(Ada, 3)).Body, StringComparison.Ordinal);
        Assert.Equal("by her passport", (await host.SendAsync(HttpMethod.Get, path, bearer: two.Access)).Json.GetProperty("notes").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await host.PostAsync(path + "/reject", """{"answer":"no"}""", one.Access)).Status);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.data_subject_requests WHERE processed_by_admin_id = (SELECT user_id FROM identity.user_roles WHERE role = 'privacy_officer' ORDER BY user_id LIMIT 1)"));
    }

    [Fact]
    public async Task A_request_is_rejected_with_a_reason_only_and_the_person_learns_it()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var officer = await AdministrationHost.MakeAsync(host, "officer@example.org", "privacy_officer");
        await host.MakeAccountAsync(Ada);
        var ada = await host.SignInAsync(Ada);
        var id = (await host.PostAsync("/v1/me/data-requests", """{"type":"erasure"}""", ada.Access)).Json.GetProperty("id").GetGuid();
        Assert.EndsWith("request-automatic", (await host.PostAsync($"/v1/admin/data-requests/{id}/complete", "{}", officer.Access)).Type, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.PostAsync($"/v1/admin/data-requests/{id}/reject", "{}", officer.Access)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync($"/v1/admin/data-requests/{id}/reject", """{"answer":"The law has us keep it until May"}""", officer.Access)).Status);
        var seen = (await host.SendAsync(HttpMethod.Get, $"/v1/me/data-requests/{id}", bearer: ada.Access)).Json;
        Assert.Equal(("rejected", "The law has us keep it until May"), (seen.GetProperty("status").GetString(), seen.GetProperty("answer").GetString()));
    }

    [Fact]
    public async Task Requests_come_by_due_date_and_those_that_are_late_say_so()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var officer = await AdministrationHost.MakeAsync(host, "officer@example.org", "privacy_officer");
        foreach (var name in new[] { "ada", "eve" })
        {
            await host.MakeAccountAsync($"{name}@example.org");
            await host.PostAsync("/v1/me/data-requests", """{"type":"rectification","details":"wrong"}""", (await host.SignInAsync($"{name}@example.org")).Access);
        }
        await host.Database.ExecuteAsync("UPDATE identity.data_subject_requests SET due_at = now() - interval '1 day' WHERE id = (SELECT max(id) FROM identity.data_subject_requests)");
        var all = (await host.SendAsync(HttpMethod.Get, "/v1/admin/data-requests", bearer: officer.Access)).Json.EnumerateArray().ToList();
        Assert.Equal([true, false], all.Select(r => r.GetProperty("overdue").GetBoolean()));
        var late = (await host.SendAsync(HttpMethod.Get, $"/v1/admin/data-requests?dueBefore={Uri.EscapeDataString(TimeProvider.System.GetUtcNow().ToString("O"))}", bearer: officer.Access)).Json;
        Assert.Equal(all[0].GetProperty("id").GetGuid(), late.EnumerateArray().Single().GetProperty("id").GetGuid());
        Assert.Equal(all[1].GetProperty("id").GetGuid(), (await host.SendAsync(HttpMethod.Get, $"/v1/admin/data-requests?after={all[0].GetProperty("id").GetGuid()}", bearer: officer.Access)).Json.EnumerateArray().Single().GetProperty("id").GetGuid());
        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync(HttpMethod.Get, "/v1/admin/data-requests?status=lost&after=x", bearer: officer.Access)).Status);
    }

    [Fact]
    public async Task Events_are_filtered_and_turned_page_by_page_without_a_gap_or_one_twice()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var auditor = await AdministrationHost.MakeAsync(host, "auditor@example.org", "auditor");
        var user = await host.MakeAccountAsync(Ada);
        for (var i = 0; i < 7; i++) await host.LoginAsync(Ada, i % 2 == 0 ? IdentityHost.Password : "not the password");
        List<Guid> paged = [];
        for (string? cursor = null; ;)
        {
            // Each look writes an event of its own, before those that were seen.
            var page = (await host.SendAsync(HttpMethod.Get, $"/v1/admin/events?user={user}&limit=3{(cursor is null ? "" : $"&before={cursor}")}", bearer: auditor.Access)).Json;
            if (page.GetArrayLength() == 0) break;
            paged.AddRange(page.EnumerateArray().Select(e => e.GetProperty("id").GetGuid()));
            cursor = page[page.GetArrayLength() - 1].GetProperty("cursor").GetString();
        }
        Assert.Equal(paged.Count, paged.Distinct().Count());
        Assert.Equal(await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_type <> 'events_read' AND user_id = (SELECT max(id) FROM identity.users)"), paged.Count);
        var failed = (await host.SendAsync(HttpMethod.Get, $"/v1/admin/events?type=login_failed&severity=warning&from=2020-01-01T00:00:00Z&user={user}", bearer: auditor.Access)).Json;
        Assert.Equal(3, failed.GetArrayLength());
        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync(HttpMethod.Get, "/v1/admin/events?limit=1000&severity=loud&before=x&user=ada", bearer: auditor.Access)).Status);
        var by = await IdOfAsync(host, auditor);
        Assert.All((await host.SendAsync(HttpMethod.Get, $"/v1/admin/events?by={by}", bearer: auditor.Access)).Json.EnumerateArray(), e => Assert.Equal("events_read", e.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Figures_are_of_nobody_in_particular()
    {
        await using var host = await IdentityHost.StartAsync(template, s_noFactor);
        var auditor = await AdministrationHost.MakeAsync(host, "auditor@example.org", "auditor");
        await host.MakeAccountAsync(Ada);
        await host.LoginAsync(Ada, "not the password");
        var stats = await host.SendAsync(HttpMethod.Get, "/v1/admin/stats", bearer: auditor.Access);
        Assert.Equal((2, 1, 1), (stats.Json.GetProperty("accounts").GetInt32(), stats.Json.GetProperty("failedLoginsInADay").GetInt32(), stats.Json.GetProperty("roleHolders").GetProperty("auditor").GetInt32()));
        Assert.DoesNotContain("example.org", stats.Text, StringComparison.Ordinal);
    }

    private static async Task<Guid> IdOfAsync(IdentityHost host, Tokens tokens) => (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Json.GetProperty("id").GetGuid();

    [Fact]
    [Trait("ASVS", "1.4.2")]
    public async Task A_number_that_is_too_large_for_its_place_is_refused_and_becomes_no_other()
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_MFA_ROLES", "none"));
        var auditor = await AdministrationHost.MakeAsync(host, "audit@example.org", "auditor");
        // 2^31, 2^32 + 1 and 2^64 + 1 would be small ones with their high bits cut off.
        foreach (var limit in new[] { "2147483648", "4294967297", "18446744073709551617", "99999999999999999999999999", "-1", "-4294967295", "0", "201", "1e2" })
            Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync(HttpMethod.Get, $"/v1/admin/events?limit={limit}", bearer: auditor.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/admin/events?limit=200", bearer: auditor.Access)).Status);
    }
}
