using System.Text;
using Godwit.Redis.Protocol;
using Godwit.Redis.Subscriptions;

namespace Godwit.Redis.Tests.Subscriptions;

/// <summary>Readers that come and go between what is decided, what is sent and what the server says to it.</summary>
public sealed class TopicTableTests
{
    private static readonly RedisSubscriber s_owner = new(RedisServerFixture.Settings(1));

    private static readonly Topic s_topic = new("c", IsPattern: false);

    [Fact]
    public async Task A_reader_who_comes_while_the_topic_is_let_go_is_told_only_once_messages_arrive_again()
    {
        var table = new TopicTable();
        var first = new RedisSubscription(s_owner, s_topic);
        table.Add(first);
        table.Pushed(Push("subscribe", "c", "1"));
        table.Remove(first);
        Assert.Equal([s_topic], table.Changes().Unwanted);
        var second = new RedisSubscription(s_owner, s_topic);
        table.Add(second);
        table.Pushed(Push("message", "c", "before"));
        table.Pushed(Push("unsubscribe", "c", "0"));
        Assert.False(second.Begun.IsCompleted);
        Assert.Equal([s_topic], table.Changes().Wanting);
        table.Pushed(Push("subscribe", "c", "1"));
        table.Pushed(Push("message", "c", "after"));
        Assert.Equal(["resumed", "after"], await ReadAsync(second));
    }

    [Fact]
    public async Task What_the_server_lets_go_by_itself_is_lost_and_wanted_again()
    {
        var table = new TopicTable();
        var reader = new RedisSubscription(s_owner, s_topic);
        table.Add(reader);
        table.Pushed(Push("subscribe", "c", "1"));
        Assert.True(table.Pushed(Push("unsubscribe", "c", "0")));
        Assert.Equal([s_topic], table.Changes().Wanting);
        Assert.Equal(["resumed", "lost"], await ReadAsync(reader));
    }

    [Fact]
    public void After_the_end_nobody_is_taken_in()
    {
        var table = new TopicTable();
        table.CloseAll();
        Assert.Throws<ObjectDisposedException>(() => table.Add(new RedisSubscription(s_owner, s_topic)));
    }

    [Fact]
    public async Task A_slow_readers_messages_are_bounded_by_their_bytes_too()
    {
        var reader = new RedisSubscription(s_owner, s_topic);
        reader.Add(new RedisNotice.Resumed());
        for (var i = 0; i < 20; i++)
            reader.Add(new RedisNotice.Message("c", new byte[RedisSubscription.MostWaitingBytes / 10]));
        // The beginning, and ten of twenty, went with the gap.
        Assert.Equal(11, (await ReadAsync(reader)).Count);
    }

    private static async Task<List<string>> ReadAsync(RedisSubscription subscription)
    {
        subscription.Close();
        var read = new List<string>();
        await foreach (var notice in subscription.ReadAllAsync(TestContext.Current.CancellationToken))
            read.Add(notice is RedisNotice.Message message ? Encoding.UTF8.GetString(message.Payload.Span) : notice is RedisNotice.Lost ? "lost" : "resumed");
        return read;
    }

    private static RespValue.Sequence Push(params string[] words) => new(SequenceKind.Push, [.. words.Select(w => new RespValue.Bulk(Encoding.UTF8.GetBytes(w)))]);
}
