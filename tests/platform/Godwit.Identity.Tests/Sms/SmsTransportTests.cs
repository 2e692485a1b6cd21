using Godwit.Identity.Sms;

namespace Godwit.Identity.Tests.Sms;

/// <summary>What every way of sending text messages has to do.</summary>
public abstract class SmsTransportTests
{
    private static readonly Guid s_id = Guid.Parse("0190a000-0000-7000-8000-000000000001");

    /// <summary>A way that works, and what arrives by it: number and words.</summary>
    private protected abstract Task<(ISmsTransport Transport, Func<IReadOnlyList<(string To, string Text)>> Arrived)> WorkingAsync();

    /// <summary>A way that does not work at the moment.</summary>
    private protected abstract Task<ISmsTransport> BrokenAsync();

    [Fact]
    public async Task A_message_arrives_with_its_number_and_all_its_words()
    {
        var (transport, arrived) = await WorkingAsync();
        Assert.True(transport.Sends);
        await transport.SendAsync(s_id, "+4930123456", "123456 ist Dein Code für «Godwit».\n\n@example.org #123456", TestContext.Current.CancellationToken);
        Assert.Equal([("+4930123456", "123456 ist Dein Code für «Godwit».\n\n@example.org #123456")], arrived());
    }

    [Fact]
    public async Task A_message_that_is_sent_twice_is_known_to_be_the_same()
    {
        var (transport, arrived) = await WorkingAsync();
        for (var i = 0; i < 2; i++) await transport.SendAsync(s_id, "+4930123456", "again", TestContext.Current.CancellationToken);
        Assert.Single(arrived().Distinct());
    }

    [Fact]
    public async Task What_does_not_work_now_is_tried_again_and_says_nothing_of_the_message()
    {
        var fault = await Assert.ThrowsAsync<SmsTransportException>(async () => await (await BrokenAsync()).SendAsync(s_id, "+4930123456", "123456", TestContext.Current.CancellationToken));
        Assert.False(fault.ForGood);
        Assert.DoesNotContain("123456", fault.Message, StringComparison.Ordinal);
        Assert.InRange(fault.Message.Length, 1, 100);
    }
}
