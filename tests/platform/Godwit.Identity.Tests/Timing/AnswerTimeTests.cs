using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Timing;

/// <summary>
/// Whether the time of an answer tells if an address has an account: 2,000 samples of either kind in random order over one connection, against a host with its database and mail server on this machine. Limits for networks are off, and
/// what failed logins count for is forgotten before each: an attacker who is patient meets neither.
/// </summary>
[Trait("Category", "Soak")]
[Trait("ASVS", "6.3.8")]
public sealed class AnswerTimeTests(IdentityTemplate template)
{
    private const int Samples = 2000, WarmUp = 50, Addresses = 10;

    private const double Most = 0.05;

    [Theory]
    [InlineData("/v1/auth/register", """{"email":"EMAIL","password":"SecureP@ssw0rd123!","consents":{"terms":true,"privacy":true}}""", 202)]
    [InlineData("/v1/auth/password-reset/request", """{"email":"EMAIL"}""", 202)]
    [InlineData("/v1/auth/resend", """{"email":"EMAIL"}""", 202)]
    [InlineData("/v1/auth/login", """{"email":"EMAIL","password":"not the password"}""", 401)]
    public async Task Nobody_tells_by_the_time_of_an_answer_who_has_an_account(string path, string body, int status)
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_NETWORK_BURST", "1000000"));
        for (var i = 0; i < Addresses; i++) await host.MakeAccountAsync($"here{i}@example.org");
        // One after another: the client keeps one connection.
        var order = Enumerable.Range(0, 2 * (Samples + WarmUp)).Select(i => i % 2 == 0).ToArray();
        RandomNumberGenerator.Shuffle(order.AsSpan(2 * WarmUp));
        List<double> there = [], free = [];
        for (var i = 0; i < order.Length; i++)
        {
            if (status == 401) await host.Database.ExecuteAsync("DELETE FROM identity.login_buckets");
            var email = $"{(order[i] ? "here" : "free")}{(i / 2) % Addresses}@example.org";
            var begun = Stopwatch.GetTimestamp();
            var answer = await host.PostAsync(path, body.Replace("EMAIL", email, StringComparison.Ordinal));
            var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            Assert.Equal(status, (int)answer.Status);
            if (i >= 2 * WarmUp) (order[i] ? there : free).Add(took);
        }
        var area = Separation.Area(free, there);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{path}: area {area:0.0000}, medians {Separation.Median(there):0.000} ms with and {Separation.Median(free):0.000} ms without an account, {there.Count} and {free.Count} samples"));
        Assert.InRange(area, 0.5 - Most, 0.5 + Most);
    }
}
