using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Login;

[Trait("Category", "Soak")]
public sealed class SameTimeTests(IdentityTemplate template)
{
    private const int Samples = 2000;

    [Theory]
    [InlineData("/v1/auth/magic-link/request", HttpStatusCode.Accepted)]
    [InlineData("/v1/auth/passkeys/login/options", HttpStatusCode.OK)]
    public async Task How_long_an_answer_takes_does_not_tell_whether_an_address_has_an_account(string path, HttpStatusCode status)
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_NETWORK_BURST", "1000000"));
        await host.MakeAccountAsync("ada@example.org");
        var (seed, known, unknown) = (RandomNumberGenerator.GetInt32(int.MaxValue), new List<double>(Samples), new List<double>(Samples));
        var order = new Random(seed);
        for (var i = 0; i < 200; i++) await AskAsync("ada@example.org");
        while (known.Count < Samples || unknown.Count < Samples)
        {
            var owner = known.Count < Samples && (unknown.Count == Samples || order.Next(2) == 0);
            (owner ? known : unknown).Add(await AskAsync(owner ? "ada@example.org" : "eve@example.org"));
        }
        // How often an answer about an account takes longer than one about none: half of the time.
        unknown.Sort();
        var area = known.Average(k => (double)Below(k) / Samples);
        TestContext.Current.SendDiagnosticMessage($"{path}: area under the curve {area:F3}, order by seed {seed}");
        Assert.InRange(area, 0.45, 0.55);

        int Below(double value) => unknown.BinarySearch(value) is var at && at < 0 ? ~at : at;

        async Task<double> AskAsync(string email)
        {
            var begun = Stopwatch.GetTimestamp();
            var answer = await host.PostAsync(path, $$"""{"email":"{{email}}"}""");
            var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            Assert.Equal(status, answer.Status);
            return took;
        }
    }
}
