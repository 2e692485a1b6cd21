using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.People;

public sealed class OwnProfileTests(IdentityTemplate template)
{
    [Fact]
    public async Task Names_are_corrected_by_their_owner_and_what_is_left_out_stays()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        var changed = await host.SendAsync(HttpMethod.Patch, "/v1/me", """{"firstName":" Augusta "}""", tokens.Access);
        Assert.Equal(("Augusta", "Byron"), (changed.Json.GetProperty("firstName").GetString(), changed.Json.GetProperty("lastName").GetString()));
        Assert.False((await host.SendAsync(HttpMethod.Patch, "/v1/me", """{"lastName":null}""", tokens.Access)).Json.TryGetProperty("lastName", out _));
        Assert.Equal("Augusta", (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Json.GetProperty("firstName").GetString());
        var refused = await host.SendAsync(HttpMethod.Patch, "/v1/me", """{"firstName":"\u202e","lastName":7}""", tokens.Access);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(2, refused.Json.GetProperty("details").EnumerateArray().Count());
        Assert.Equal(2, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_type = 'profile_changed'"));
    }
}
