using Godwit.Identity.Consents;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Consents;

public sealed class ConsentVersionTests(IdentityTemplate template)
{
    [Theory]
    [InlineData("1.9", "1.10")]
    [InlineData("1", "1.0")]
    [InlineData("1.0", "1.0.1")]
    [InlineData("2", "10")]
    [InlineData("1.2", "1.beta")]
    [InlineData("1.alpha", "1.beta")]
    [InlineData("99999999999999999998", "99999999999999999999")]
    public void The_second_is_the_newer_one(string older, string newer)
    {
        Assert.True(ConsentVersion.Order.Compare(older, newer) < 0);
        Assert.True(ConsentVersion.Order.Compare(newer, older) > 0);
        Assert.Equal(0, ConsentVersion.Order.Compare(newer, newer));
    }

    [Fact]
    public async Task Of_words_that_come_together_people_agree_to_the_highest_version()
    {
        var folder = Directory.CreateTempSubdirectory("godwit-consents-").FullName;
        foreach (var file in new[] { "terms-1.10.txt", "terms-1.9.txt", "terms-1.2.txt", "privacy-2.0.txt" })
            await File.WriteAllTextAsync(Path.Combine(folder, file), $"the words of {file}", TestContext.Current.CancellationToken);
        await using (var host = await IdentityHost.StartAsync(template, ("IDENTITY_CONSENT_FOLDER", folder)))
        {
            await host.MakeAccountAsync("ada@example.org");
            Assert.Equal("1.10", await host.Database.ScalarAsync<string>("SELECT version FROM identity.user_consents WHERE consent_type = 'terms'"));
        }
        Directory.Delete(folder, recursive: true);
    }
}
