using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Devices;

public sealed class OwnDevicesTests(IdentityTemplate template)
{
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";

    [Fact]
    public async Task A_device_is_named_and_trusted_by_its_owner_and_a_new_one_is_told_of()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var first = await host.SignInAsync("ada@example.org");
        // The same device again is no new one.
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", device: first.Device)).Status);
        var second = Tokens.Of(await host.LoginAsync("ada@example.org", agent: Firefox));
        Assert.Contains("Firefox", (await host.MailAsync("ada@example.org", 2)).Body, StringComparison.Ordinal);
        var devices = (await host.SendAsync(HttpMethod.Get, "/v1/auth/devices", bearer: second.Access)).Json;
        Assert.Equal(2, devices.GetArrayLength());
        var current = devices.EnumerateArray().Single(d => d.GetProperty("current").GetBoolean());
        var id = current.GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Patch, $"/v1/auth/devices/{id}", """{"name":"The old laptop","trusted":true}""", second.Access)).Status);
        var named = (await host.SendAsync(HttpMethod.Get, "/v1/auth/devices", bearer: second.Access)).Json.EnumerateArray().Single(d => d.GetProperty("id").GetGuid() == id);
        Assert.Equal(("The old laptop", true), (named.GetProperty("name").GetString(), named.GetProperty("trusted").GetBoolean()));
        Assert.Equal(2, host.Mails.Mails.Count);
    }

    [Fact]
    public async Task A_revoked_device_loses_its_sessions_and_is_an_unknown_one()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (lost, kept) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        var id = (await host.SendAsync(HttpMethod.Get, "/v1/auth/devices", bearer: lost.Access)).Json.EnumerateArray().Single(d => d.GetProperty("current").GetBoolean()).GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/v1/auth/devices/{id}", bearer: kept.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: lost.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: kept.Access)).Status);
        Assert.NotNull(Tokens.Of(await host.LoginAsync("ada@example.org", device: lost.Device)).Device);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Delete, $"/v1/auth/devices/{id}", bearer: kept.Access)).Status);
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task Nobody_sees_or_changes_the_devices_of_another()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.MakeAccountAsync("eve@example.org");
        var (ada, eve) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("eve@example.org"));
        var id = (await host.SendAsync(HttpMethod.Get, "/v1/auth/devices", bearer: ada.Access)).Json.EnumerateArray().Single().GetProperty("id").GetGuid();
        Assert.DoesNotContain(id.ToString(), (await host.SendAsync(HttpMethod.Get, "/v1/auth/devices", bearer: eve.Access)).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Patch, $"/v1/auth/devices/{id}", """{"name":"mine"}""", eve.Access)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Delete, $"/v1/auth/devices/{id}", bearer: eve.Access)).Status);
        // A token of Ada's device is none of Eve's.
        Assert.NotNull(Tokens.Of(await host.LoginAsync("eve@example.org", device: ada.Device)).Device);
    }
}
