using Godwit.Security.Keyring;

namespace Godwit.Conformance.Keyring;

/// <summary>What every <see cref="IKeyAudit"/> has to do.</summary>
public abstract class KeyAuditConformance
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Two calls in one test give two ways to the same audit.</summary>
    protected abstract Task<IKeyAudit> OpenAsync();

    /// <summary>What was noted, in the order of noting.</summary>
    protected abstract Task<IReadOnlyList<KeyUnwrapped>> UnwrappedAsync();

    /// <summary>What was noted, in the order of noting.</summary>
    protected abstract Task<IReadOnlyList<KeyUse>> UsesAsync();

    [Fact]
    public async Task Every_unwrapping_is_there_one_that_failed_too()
    {
        var opened = new KeyUnwrapped(KeyId.Create(TimeProvider.System), KeyPurpose.Data, 1, "0123456789abcdef", Succeeded: true, s_now);
        var failed = new KeyUnwrapped(KeyId.Create(TimeProvider.System), KeyPurpose.Of("invoices"), 7, "fedcba9876543210", Succeeded: false, s_now.AddSeconds(1));
        await (await OpenAsync()).UnwrappedAsync(opened, Cancellation);
        await (await OpenAsync()).UnwrappedAsync(failed, Cancellation);
        await (await OpenAsync()).UnwrappedAsync(opened, Cancellation);
        await (await OpenAsync()).UnwrappedAsync([failed, opened], Cancellation);
        await (await OpenAsync()).UnwrappedAsync([], Cancellation);
        Assert.Equal([opened, failed, opened, failed, opened], await UnwrappedAsync());
    }

    [Fact]
    public async Task Uses_are_noted_each_with_its_time_and_none_in_place_of_another()
    {
        var id = KeyId.Create(TimeProvider.System);
        KeyUse[] first = [.. Enum.GetValues<KeyOperation>().Select((operation, i) => new KeyUse(id, KeyPurpose.Data, operation, (1L << 32) + i, s_now, s_now.AddMinutes(5)))];
        KeyUse[] second = [new KeyUse(id, KeyPurpose.Data, KeyOperation.Encrypt, 1, s_now.AddMinutes(5), s_now.AddMinutes(10))];
        await (await OpenAsync()).UsedAsync(first, Cancellation);
        await (await OpenAsync()).UsedAsync([], Cancellation);
        await (await OpenAsync()).UsedAsync(second, Cancellation);
        Assert.Equal([.. first, .. second], await UsesAsync());
    }

    [Fact]
    public async Task Nothing_is_lost_between_many_who_note_at_once()
    {
        var id = KeyId.Create(TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(1, 8).Select(async i =>
        {
            var audit = await OpenAsync();
            for (var n = 0; n < 5; n++)
            {
                await audit.UnwrappedAsync(new KeyUnwrapped(id, KeyPurpose.Pepper, i, "0123456789abcdef", Succeeded: true, s_now), Cancellation);
                await audit.UsedAsync([new KeyUse(id, KeyPurpose.Pepper, KeyOperation.Compute, i, s_now, s_now)], Cancellation);
            }
        }));
        Assert.Equal(5 * 36, (await UnwrappedAsync()).Sum(u => u.Version));
        Assert.Equal(5 * 36, (await UsesAsync()).Sum(u => u.Count));
    }
}
