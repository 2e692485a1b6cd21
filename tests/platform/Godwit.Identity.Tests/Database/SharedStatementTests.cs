using Godwit.Identity.Database;

namespace Godwit.Identity.Tests.Database;

/// <summary>Requests that share a statement notice nothing of each other.</summary>
public sealed class SharedStatementTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_gets_its_own_answer_and_what_has_none_gets_none()
    {
        var statements = 0;
        var shared = new SharedStatement<int, string>(async asked =>
        {
            Interlocked.Increment(ref statements);
            Assert.InRange(asked.Count, 1, 8);
            await Task.Yield();
            return asked.Distinct().Where(a => a % 7 != 0).ToDictionary(a => a, a => $"answer {a}");
        }, most: 2, widest: 8);
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Task.Run(async () => (i, await shared.AskAsync(i % 100, Token)), Token)));
        Assert.All(answers, a => Assert.Equal(a.i % 100 % 7 == 0 ? null : $"answer {a.i % 100}", a.Item2));
        Assert.InRange(statements, 1, 500);
    }

    [Fact]
    public async Task No_answer_is_older_than_its_question()
    {
        long written = 0;
        var shared = new SharedStatement<int, long>(async asked =>
        {
            // What a statement sees is settled when it begins, and comes back later.
            var seen = Interlocked.Read(ref written);
            await Task.Delay(1, Token);
            return asked.ToDictionary(a => a, _ => seen);
        });
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(
            async () =>
            {
                for (var turn = 0; turn < 20; turn++)
                {
                    var before = Interlocked.Increment(ref written);
                    Assert.True(await shared.AskAsync((i * 1000) + turn, Token) >= before);
                }
            },
            Token)));
    }

    [Fact]
    public async Task A_fault_is_that_of_those_who_shared_it_and_one_who_gives_up_holds_up_nobody()
    {
        var (gate, fails) = (new TaskCompletionSource(), true);
        var shared = new SharedStatement<int, string>(async asked =>
        {
            await gate.Task;
            return fails ? throw new TimeoutException("away") : asked.ToDictionary(a => a, a => $"{a}");
        }, most: 1);
        var first = shared.AskAsync(1, Token);
        using var given = new CancellationTokenSource();
        var second = shared.AskAsync(2, given.Token);
        var third = shared.AskAsync(3, Token);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.SetResult();
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Assert.ThrowsAsync<TimeoutException>(() => third);
        fails = false;
        Assert.Equal("4", await shared.AskAsync(4, Token));
    }
}
