using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Login;

public sealed class ImportedHashTests(IdentityTemplate template)
{
    /// <summary>bcrypt of "correct horse".</summary>
    private const string Imported = "$2b$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6";

    [Fact]
    public async Task A_hash_of_another_system_opens_the_account_and_is_made_anew_by_it()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.Database.ExecuteAsync($"UPDATE identity.users SET password_hash = '{Imported}'");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org", "wrong horse")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", "correct horse")).Status);
        Assert.StartsWith("$argon2id$", await host.Database.ScalarAsync<string>("SELECT password_hash FROM identity.users"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", "correct horse")).Status);
    }

    [Fact]
    public async Task An_imported_account_whose_password_has_to_be_set_anew_takes_none_before()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.Database.ExecuteAsync($"UPDATE identity.users SET password_hash = '{Imported}', password_reset_required = true");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org", "correct horse")).Status);
        await host.PostAsync("/v1/auth/password-reset/request", """{"email":"ada@example.org"}""");
        var link = await host.LinkAsync("ada@example.org", 2);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{link}}","password":"quite another one 7"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", "quite another one 7")).Status);
    }
}
