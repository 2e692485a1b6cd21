using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Godwit.Identity.Archives;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.DataRequests;

public sealed class OwnDataRequestsTests(IdentityTemplate template)
{
    private const string Ada = "ada@example.org";

    [Fact]
    public async Task Who_asks_for_their_data_gets_a_signed_archive_of_all_of_it_and_no_secret()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var user = await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        var asked = await AskAsync(host, tokens, """{"type":"access","details":"All of it, please"}""");
        Assert.Equal(HttpStatusCode.Created, asked.Status);
        Assert.InRange(asked.Json.GetProperty("dueAt").GetDateTimeOffset() - asked.Json.GetProperty("requestedAt").GetDateTimeOffset(), TimeSpan.FromDays(29.9), TimeSpan.FromDays(30.1));
        Assert.Equal("All of it, please", asked.Json.GetProperty("details").GetString());
        var done = await DoneAsync(host, tokens, asked);
        Assert.True(done.GetProperty("archiveUntil").GetDateTimeOffset() > TimeProvider.System.GetUtcNow().AddDays(13));
        var archive = await FetchAsync(host, tokens, asked);
        using var zip = new ZipArchive(new MemoryStream(archive));
        Assert.Equal((Ada, "Ada", "Byron"), Named(Read(zip, "account.json")[0]));
        Assert.Equal(user, Read(zip, "account.json")[0].GetProperty("uuid").GetGuid());
        Assert.All(new[] { "terms", "privacy" }, t => Assert.Contains(Read(zip, "consents.json").EnumerateArray(), c => c.GetProperty("consent_type").GetString() == t && c.GetProperty("text").GetString()!.Contains("the words of", StringComparison.Ordinal)));
        Assert.Equal(64, Read(zip, "consents.json")[0].GetProperty("text_hash").GetString()!.Length);
        Assert.Contains(Read(zip, "sessions.json").EnumerateArray(), s => s.GetProperty("family").GetGuid() == tokens.Session);
        string[] told = ["registration_requested", "account_created", "login_success", "access_requested"];
        Assert.Empty(told.Except(Read(zip, "security-events.json").EnumerateArray().Select(e => e.GetProperty("event_type").GetString()!)));
        Assert.Equal("All of it, please", Read(zip, "data-requests.json")[0].GetProperty("details").GetString());
        Assert.Equal(1, Read(zip, "devices.json").GetArrayLength());
        var hash = await host.Database.ScalarAsync<string>("SELECT password_hash FROM identity.users");
        Assert.All(zip.Entries, e => Assert.DoesNotContain(hash, Text(e), StringComparison.Ordinal));
        Assert.Contains("fetched", (await host.MailAsync(Ada, 3)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_verifies_offline_and_one_that_was_changed_does_not()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        var asked = await AskAsync(host, tokens, """{"type":"access"}""");
        await DoneAsync(host, tokens, asked);
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "ada.zip");
        await File.WriteAllBytesAsync(path, await FetchAsync(host, tokens, asked), TestContext.Current.CancellationToken);
        Assert.Equal((0, "Verified: the archive is as it was signed."), Verify(path, template.Home));
        Assert.Equal(3, Verify(path, Directory.CreateTempSubdirectory().FullName).Code);
        await using (var zip = await ZipFile.OpenAsync(path, ZipArchiveMode.Update, TestContext.Current.CancellationToken))
        {
            zip.GetEntry("account.json")!.Delete();
            await using var entry = await zip.CreateEntry("account.json").OpenAsync(TestContext.Current.CancellationToken);
            await entry.WriteAsync("[]"u8.ToArray(), TestContext.Current.CancellationToken);
        }
        Assert.Equal((3, "NOT VERIFIED: account.json was changed"), Verify(path, template.Home));
        await File.WriteAllTextAsync(path, "no zip", TestContext.Current.CancellationToken);
        Assert.Equal(3, Verify(path, template.Home).Code);
        Assert.Equal(4, Verify(path + ".gone", template.Home).Code);
    }

    [Fact]
    public async Task What_a_person_has_given_comes_in_a_documented_form_for_machines()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        var asked = await AskAsync(host, tokens, """{"type":"portability"}""");
        await DoneAsync(host, tokens, asked);
        using var zip = new ZipArchive(new MemoryStream(await FetchAsync(host, tokens, asked)));
        var person = Read(zip, "person.json");
        Assert.Equal(("godwit-person-1", Ada, "Ada"), (person.GetProperty("format").GetString(), person.GetProperty("email").GetString(), person.GetProperty("firstName").GetString()));
        Assert.Equal(2, person.GetProperty("consents").GetArrayLength());
        Assert.False(person.TryGetProperty("sessions", out _));
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task Nobody_sees_fetches_or_calls_back_the_request_of_another()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync(Ada);
        await host.MakeAccountAsync("eve@example.org");
        var (ada, eve) = (await host.SignInAsync(Ada), await host.SignInAsync("eve@example.org"));
        var asked = await AskAsync(host, ada, """{"type":"rectification","details":"My name is Augusta"}""");
        var path = $"/v1/me/data-requests/{asked.Json.GetProperty("id").GetGuid()}";
        Assert.Equal("[]", (await host.SendAsync(HttpMethod.Get, "/v1/me/data-requests", bearer: eve.Access)).Text);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, path, bearer: eve.Access)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, path + "/archive", bearer: eve.Access)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Delete, path, bearer: eve.Access)).Status);
        Assert.Equal("pending", (await host.SendAsync(HttpMethod.Get, path, bearer: ada.Access)).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Of_each_kind_there_is_one_open_request_and_forms_that_are_wrong_say_where()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(host, tokens, """{"type":"everything"}""")).Status);
        Assert.Contains("details", (await AskAsync(host, tokens, """{"type":"rectification"}""")).Text, StringComparison.Ordinal);
        var once = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskAsync(host, tokens, """{"type":"rectification","details":"My name is Augusta"}""")));
        Assert.Single(once, a => a.Status == HttpStatusCode.Created);
        Assert.Equal(7, once.Count(a => a.Status == HttpStatusCode.Conflict));
        Assert.Equal(1, (await host.SendAsync(HttpMethod.Get, "/v1/me/data-requests", bearer: tokens.Access)).Json.GetArrayLength());
    }

    [Fact]
    [Trait("ASVS", "5.4.1")]
    [Trait("ASVS", "5.4.2")]
    public async Task An_archive_is_called_after_its_request_whatever_the_client_says()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        var id = (await host.PostAsync("/v1/me/data-requests", """{"type":"access"}""", tokens.Access)).Json.GetProperty("id").GetGuid();
        await Godwit.TestServers.Patience.UntilAsync(async () => (await host.SendAsync(HttpMethod.Get, $"/v1/me/data-requests/{id}/archive", bearer: tokens.Access)).Status == HttpStatusCode.OK);
        var fetched = await host.SendAsync(HttpMethod.Get, $"/v1/me/data-requests/{id}/archive?filename=..%2F..%2Fevil.html&name=%22%0d%0aX-Evil:%201", bearer: tokens.Access);
        Assert.Contains($"Content-Disposition: attachment; filename=\"{id}.zip\"", fetched.Headers);
        Assert.Contains("Content-Type: application/zip", fetched.Headers);
        Assert.DoesNotContain(fetched.Headers, h => h.Contains("evil", StringComparison.OrdinalIgnoreCase));
        // Another way to write the id is the same id.
        Assert.Contains($"Content-Disposition: attachment; filename=\"{id}.zip\"", (await host.SendAsync(HttpMethod.Get, $"/v1/me/data-requests/{id.ToString("D").ToUpperInvariant()}/archive", bearer: tokens.Access)).Headers);
        foreach (var path in new[] { "..%2F..%2Fetc%2Fpasswd", "%22x", $"{id}%00.html" }) Assert.NotEqual(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, $"/v1/me/data-requests/{path}/archive", bearer: tokens.Access)).Status);
    }

    [Fact]
    [Trait("ASVS", "7.5.3")]
    public async Task An_archive_is_given_to_a_fresh_session_only_and_goes_when_its_time_is_over()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        var asked = await AskAsync(host, tokens, """{"type":"access"}""");
        await DoneAsync(host, tokens, asked);
        var path = $"/v1/me/data-requests/{asked.Json.GetProperty("id").GetGuid()}/archive";
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now() - interval '16 minutes'");
        Assert.EndsWith("sign-in-again", (await host.SendAsync(HttpMethod.Get, path, bearer: tokens.Access)).Type, StringComparison.Ordinal);
        var fresh = await host.SignInAsync(Ada);
        await host.Database.ExecuteAsync("UPDATE identity.data_subject_requests SET response_expires_at = now()");
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, path, bearer: fresh.Access)).Status);
        Assert.Equal(1, await host.Database.ScalarAsync<int>("SELECT identity.cleanup_expired_archives()"));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(encrypted_response) FROM identity.data_subject_requests"));
    }

    [Fact]
    public async Task Requests_that_wait_too_long_are_measured()
    {
        var database = await template.CopyAsync();
        await using (var host = await IdentityHost.OnAsync(template, database))
        {
            await host.MakeAccountAsync(Ada);
            await AskAsync(host, await host.SignInAsync(Ada), """{"type":"rectification","details":"My name is Augusta"}""");
        }
        await database.ExecuteAsync("UPDATE identity.data_subject_requests SET requested_at = now() - interval '31 days', due_at = now() - interval '1 day'");
        await using var again = await IdentityHost.OnAsync(template, database);
        await Patience.UntilAsync(async () => (await again.Platform.MetricsAsync()).Contains("godwit_identity_data_requests_overdue{type=\"rectification\"} 1", StringComparison.Ordinal));
    }

    private static Task<Answer> AskAsync(IdentityHost host, Tokens tokens, string json) => host.PostAsync("/v1/me/data-requests", json, tokens.Access);

    private static async Task<JsonElement> DoneAsync(IdentityHost host, Tokens tokens, Answer asked)
    {
        Answer? now = null;
        await Patience.UntilAsync(
            async () => (now = await host.SendAsync(HttpMethod.Get, $"/v1/me/data-requests/{asked.Json.GetProperty("id").GetGuid()}", bearer: tokens.Access)).Json.GetProperty("status").GetString() == "completed", tell: () => now?.Text ?? "");
        return now!.Json;
    }

    private static async Task<byte[]> FetchAsync(IdentityHost host, Tokens tokens, Answer asked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/me/data-requests/{asked.Json.GetProperty("id").GetGuid()}/archive");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Access);
        using var answer = await host.Platform.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(("application/zip", "no-store"), (answer.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType, answer.Headers.CacheControl?.ToString()));
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    private static (int Code, string Line) Verify(string path, string home)
    {
        using var output = new StringWriter();
        var code = VerifyArchiveCommand.Run([path], home, output, TextWriter.Null);
        return (code, output.ToString().Split('\n')[0]);
    }

    private static JsonElement Read(ZipArchive zip, string name) => JsonDocument.Parse(Text(zip.GetEntry(name)!)).RootElement;

    private static string Text(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open());
        return reader.ReadToEnd();
    }

    private static (string?, string?, string?) Named(JsonElement account) => (account.GetProperty("email").GetString(), account.GetProperty("first_name").GetString(), account.GetProperty("last_name").GetString());
}
