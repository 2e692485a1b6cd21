using Godwit.Security.Keyring;

namespace Godwit.Conformance.Keyring;

/// <summary>What every <see cref="IKeyUsage"/> has to do.</summary>
public abstract class KeyUsageConformance
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Two calls in one test give two ways to the same counts.</summary>
    protected abstract Task<IKeyUsage> OpenAsync();

    [Fact]
    public async Task Each_key_has_a_count_of_its_own_that_all_hosts_share()
    {
        var (one, two) = (await OpenAsync(), await OpenAsync());
        var (key, other) = (KeyId.Create(TimeProvider.System), KeyId.Create(TimeProvider.System));
        Assert.Equal(0, await one.CountAsync(key, Cancellation));
        Assert.Equal(1L << 31, await one.AddAsync(key, 1L << 31, Cancellation));
        Assert.Equal((1L << 31) + 5, await two.AddAsync(key, 5, Cancellation));
        Assert.Equal((1L << 31) + 5, await one.CountAsync(key, Cancellation));
        Assert.Equal(0, await one.CountAsync(other, Cancellation));
    }

    [Fact]
    public async Task Nothing_is_lost_between_many_who_add_at_once()
    {
        var key = KeyId.Create(TimeProvider.System);
        var totals = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var usage = await OpenAsync();
            var seen = new List<long>();
            for (var i = 0; i < 20; i++) seen.Add(await usage.AddAsync(key, 3, Cancellation));
            return seen;
        }));
        Assert.Equal(480, await (await OpenAsync()).CountAsync(key, Cancellation));
        Assert.Equal(160, totals.SelectMany(t => t).Distinct().Count());
    }
}
