using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Identity.Sms;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Sms;

public sealed class WebhookSmsTransportTests : SmsTransportTests, IAsyncDisposable
{
    private const string Secret = "a secret of at least thirty-two characters 4711";

    private readonly List<IAsyncDisposable> _services = [];
    private readonly List<IDisposable> _transports = [];

    [Fact]
    [Trait("ASVS", "4.1.5")]
    public async Task What_is_posted_is_signed_with_its_time_so_that_the_other_side_knows_who_asks()
    {
        var service = Service(_ => new LoopbackAnswer(204));
        var id = Guid.NewGuid();
        await To(service).SendAsync(id, "+4930123456", "123456", TestContext.Current.CancellationToken);
        var request = Assert.Single(service.Requests);
        Assert.Equal(("POST", "/send", "application/json", id.ToString()), (request.Method, request.Path, request.Headers["Content-Type"], request.Headers["Idempotency-Key"]));
        var parts = request.Headers[SmsSignature.Header].Split(',').ToDictionary(p => p.Split('=')[0], p => p.Split('=')[1]);
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts["t"], CultureInfo.InvariantCulture)), TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{parts["t"]}.{request.Body}"))), parts["v1"]);
        Assert.DoesNotContain(Secret, request.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(401, true)]
    [InlineData(302, true)]
    [InlineData(408, false)]
    [InlineData(429, false)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    [Trait("ASVS", "13.2.4")]
    public async Task What_it_says_decides_whether_it_is_asked_again(int status, bool forGood)
    {
        var elsewhere = Service(_ => new LoopbackAnswer(204));
        var service = Service(_ => new LoopbackAnswer(status, "+4930123456 is not taken", ("Location", $"{elsewhere.Url}/send")));
        var fault = await Assert.ThrowsAsync<SmsTransportException>(() => To(service).SendAsync(Guid.NewGuid(), "+4930123456", "123456", TestContext.Current.CancellationToken));
        Assert.Equal((forGood, false), (fault.ForGood, fault.Message.Contains("4930", StringComparison.Ordinal)));
        // A number goes where the settings say, and nowhere else.
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task One_that_goes_away_in_the_middle_is_asked_again()
    {
        var fault = await Assert.ThrowsAsync<SmsTransportException>(() => To(Service(_ => null)).SendAsync(Guid.NewGuid(), "+4930123456", "123456", TestContext.Current.CancellationToken));
        Assert.False(fault.ForGood);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var transport in _transports) transport.Dispose();
        foreach (var service in _services) await service.DisposeAsync();
    }

    private protected override Task<(ISmsTransport Transport, Func<IReadOnlyList<(string To, string Text)>> Arrived)> WorkingAsync()
    {
        var service = Service(_ => new LoopbackAnswer(200, "{}"));
        return Task.FromResult<(ISmsTransport, Func<IReadOnlyList<(string, string)>>)>((To(service), () =>
            [.. service.Requests.Select(r => JsonDocument.Parse(r.Body).RootElement).Select(e => (e.GetProperty("to").GetString()!, e.GetProperty("text").GetString()!))]));
    }

    private protected override Task<ISmsTransport> BrokenAsync() => Task.FromResult<ISmsTransport>(To("http://127.0.0.1:1/send"));

    private LoopbackService Service(Func<LoopbackRequest, LoopbackAnswer?> answer)
    {
        var service = new LoopbackService(answer);
        _services.Add(service);
        return service;
    }

    private WebhookSmsTransport To(LoopbackService service) => To($"{service.Url}/send");

    private WebhookSmsTransport To(string url)
    {
        var transport = new WebhookSmsTransport(new Uri(url), Secret, TimeProvider.System);
        _transports.Add(transport);
        return transport;
    }
}
