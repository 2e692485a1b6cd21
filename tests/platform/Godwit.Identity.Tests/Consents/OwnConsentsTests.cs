using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Consents;

public sealed class OwnConsentsTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "2.3.2")]
    public async Task Agreeing_and_withdrawing_are_one_request_each_and_the_history_keeps_both_with_the_words()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        foreach (var granted in new[] { "true", "true", "false", "false", "true" })
            Assert.Equal(HttpStatusCode.NoContent, (await ChooseAsync(host, tokens, "marketing", granted)).Status);
        var history = (await host.SendAsync(HttpMethod.Get, "/v1/me/consents", bearer: tokens.Access)).Json.EnumerateArray().ToList();
        Assert.Equal([true, false, true], history.Where(c => c.GetProperty("type").GetString() == "marketing").Select(c => c.GetProperty("granted").GetBoolean()));
        Assert.All(history, c => Assert.Contains("the words of", c.GetProperty("text").GetString(), StringComparison.Ordinal));
        Assert.Equal(3, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_type LIKE 'consent%'"));
    }

    [Fact]
    public async Task What_the_account_cannot_be_without_is_not_withdrawn()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.Conflict, (await ChooseAsync(host, tokens, "terms", "false")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ChooseAsync(host, tokens, "everything", "true")).Status);
    }

    [Fact]
    public async Task Words_that_people_agreed_to_are_not_changed_afterwards()
    {
        await using var host = await IdentityHost.StartAsync(template);
        foreach (var change in new[] { "UPDATE identity.consent_texts SET content = 'other words'", "DELETE FROM identity.consent_texts" })
            await Assert.ThrowsAsync<Npgsql.PostgresException>(() => host.Database.ExecuteAsync(change));
        var folder = Directory.CreateTempSubdirectory("godwit-consents-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "terms-0.1.txt"), "other words", TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<IOException>(() => IdentityHost.OnAsync(template, host.Database, ("IDENTITY_CONSENT_FOLDER", folder)));
        Assert.Contains("a version of their own", fault.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<Answer> ChooseAsync(IdentityHost host, Tokens tokens, string type, string granted) => host.PostAsync("/v1/me/consents", $$"""{"type":"{{type}}","granted":{{granted}} }""", tokens.Access);
}
