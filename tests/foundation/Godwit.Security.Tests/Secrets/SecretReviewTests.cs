using System.Security.Cryptography;
using Godwit.Security.Secrets;

namespace Godwit.Security.Tests.Secrets;

public sealed class SecretReviewTests
{
    private const string Good = "q7Jw3VbLxT0nR9eKfYc2ZsUa8HmDgPi5tO1vXkE4-rB";

    [Fact]
    public void What_is_generated_is_never_refused()
    {
        for (var i = 0; i < 2_000; i++)
        {
            foreach (var form in new[] { SecretForm.Base64Url, SecretForm.Hex, SecretForm.Typed })
            {
                var secret = SecretGenerator.Create(form);
                Assert.True(SecretEntropy.Estimate(secret) > 150, $"{form}: {SecretEntropy.Estimate(secret)}");
                Assert.Empty(SecretReview.Look("S", secret, SecretPolicy.Key));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_not_there_is_said_unless_it_may_be_missing(string? value)
    {
        Assert.Equal([SecretRule.Missing], Rules(value));
        Assert.Empty(SecretReview.Look("S", value, SecretPolicy.Key with { MayBeMissing = true }));
    }

    [Theory]
    [InlineData("your-32-char-secret-key-goes-here-00", SecretRule.Placeholder)]
    [InlineData("your-32-char-secret-key", SecretRule.Placeholder)]
    [InlineData("your-32-char-jwt-secret", SecretRule.TooShort)]
    [InlineData("<put the secret in here, 32 characters>", SecretRule.Placeholder)]
    [InlineData("${JWT_SECRET_KEY:-nothing at all in here}", SecretRule.Placeholder)]
    [InlineData("please-change-me-before-going-to-production", SecretRule.Placeholder)]
    [InlineData("django-insecure-8#k!2v$e0q@9z^x&7p*m(4)n_b+c=d", SecretRule.Sample)]
    [InlineData("keyboard cat keyboard dog keyboard bird", SecretRule.Sample)]
    [InlineData("SuperSecret-9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c", SecretRule.Sample)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", SecretRule.Repeats)]
    [InlineData("k3Yz!k3Yz!k3Yz!k3Yz!k3Yz!k3Yz!k3Yz!k3Yz!", SecretRule.Repeats)]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789", SecretRule.Repeats)]
    [InlineData("zyxwvutsrqponmlkjihgfedcba9876543210", SecretRule.Repeats)]
    [InlineData("prod-secret-key-for-the-api-server-2024", SecretRule.LowEntropy)]
    [InlineData("Password-Password2-Password3-Password4", SecretRule.LowEntropy)]
    [InlineData("1111111111111111222222222222222233333333", SecretRule.LowEntropy)]
    [InlineData("q7Jw3VbLxT0nR9", SecretRule.TooShort)]
    public void What_people_put_there_is_refused(string value, SecretRule rule) => Assert.Contains(rule, Rules(value));

    [Fact]
    public void A_value_that_two_settings_share_is_found_in_any_notation()
    {
        var bytes = RandomNumberGenerator.GetBytes(32);
        var faults = SecretReview.Look(
        [
            ("SECRET_KEY", Convert.ToHexStringLower(bytes), SecretPolicy.Key), ("JWT_SECRET_KEY", Convert.ToHexString(bytes), SecretPolicy.Key),
            ("API_KEY_PEPPER", Convert.ToBase64String(bytes), SecretPolicy.Key), ("OTHER", $" {Convert.ToHexStringLower(bytes)}\n", SecretPolicy.Key), ("OWN", Good, SecretPolicy.Key),
        ]);
        Assert.Equal([("JWT_SECRET_KEY", "SECRET_KEY"), ("API_KEY_PEPPER", "SECRET_KEY"), ("OTHER", "SECRET_KEY")], faults.Select(f => (f.Name, f.Other)));
        Assert.All(faults, f => Assert.Equal((SecretRule.Reused, "has the value of SECRET_KEY"), (f.Rule, f.Why)));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once_and_no_value()
    {
        var settings = new (string, string?, SecretPolicy)[]
        {
            ("SECRET_KEY", "hunter22hunter22", SecretPolicy.Key), ("JWT_SECRET_KEY", "hunter22hunter22", SecretPolicy.Key), ("API_KEY_PEPPER", null, SecretPolicy.Key), ("DATABASE_PASSWORD", "changeme", SecretPolicy.Password),
        };
        var faults = SecretReview.Look(settings);
        Assert.Equal(
            [
                ("SECRET_KEY", SecretRule.TooShort), ("SECRET_KEY", SecretRule.Repeats), ("JWT_SECRET_KEY", SecretRule.TooShort), ("JWT_SECRET_KEY", SecretRule.Repeats), ("JWT_SECRET_KEY", SecretRule.Reused),
                ("API_KEY_PEPPER", SecretRule.Missing), ("DATABASE_PASSWORD", SecretRule.Placeholder), ("DATABASE_PASSWORD", SecretRule.TooShort),
            ],
            faults.Select(f => (f.Name, f.Rule)));
        var said = string.Join('\n', faults.Select(f => f.ToString()));
        Assert.DoesNotContain("hunter", said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("changeme", said, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Forms_have_the_lengths_that_are_promised()
    {
        Assert.Matches("^[A-Za-z0-9_-]{43}$", SecretGenerator.Create());
        Assert.Matches("^[0-9a-f]{64}$", SecretGenerator.Create(SecretForm.Hex));
        Assert.Matches("^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]$", SecretGenerator.Create(SecretForm.Typed, 10));
        Assert.Matches("^[0-9]{6}$", SecretGenerator.Create(SecretForm.Digits, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => SecretGenerator.Create(SecretForm.Hex, 0));
        Assert.NotEqual(SecretGenerator.Create(), SecretGenerator.Create());
    }

    private static IEnumerable<SecretRule> Rules(string? value) => SecretReview.Look("S", value, SecretPolicy.Key).Select(f => f.Rule);
}
