using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Timing;

/// <summary>Whether the time until a mail of one's own comes tells if those that were asked for just before it were sent: 1,000 rounds of either kind in random order, each of eight links for one address and then one for one's own.</summary>
[Trait("Category", "Soak")]
[Trait("ASVS", "6.3.8")]
public sealed class MailQueueTimeTests(IdentityTemplate template)
{
    private const int Rounds = 1000, Before = 8;

    private const double Most = 0.05;

    [Fact]
    public async Task Nobody_tells_by_when_a_mail_of_their_own_comes_who_has_an_account()
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_NETWORK_BURST", "1000000"));
        foreach (var email in new[] { "here@example.org", "mine@example.org" }) await host.MakeAccountAsync(email);
        var order = Enumerable.Range(0, 2 * Rounds).Select(i => i % 2 == 0).ToArray();
        RandomNumberGenerator.Shuffle(order.AsSpan());
        List<double> there = [], free = [];
        foreach (var has in order)
        {
            // So that as many are sent as fit into an hour, in each round.
            await Patience.UntilAsync(async () => await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.mail_outbox WHERE state = 'waiting'") == 0);
            await host.Database.ExecuteAsync("DELETE FROM identity.mail_outbox");
            var mine = host.To("mine@example.org").Count;
            await Task.WhenAll(Enumerable.Range(0, Before).Select(_ => AskAsync(has ? "here@example.org" : "free@example.org")));
            var begun = Stopwatch.GetTimestamp();
            await AskAsync("mine@example.org");
            while (host.To("mine@example.org").Count == mine) await Task.Yield();
            (has ? there : free).Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        var area = Separation.Area(free, there);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"area {area:0.0000}, medians {Separation.Median(there):0.000} ms with and {Separation.Median(free):0.000} ms without an account"));
        Assert.InRange(area, 0.5 - Most, 0.5 + Most);

        Task<Answer> AskAsync(string email) => host.PostAsync("/v1/auth/password-reset/request", $$"""{"email":"{{email}}"}""");
    }
}
