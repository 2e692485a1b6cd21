namespace Godwit.TestServers;

/// <summary>Waits for what a test is sure to see, and fails soon where it is not to be seen.</summary>
public static class Patience
{
    /// <summary>Far above what it takes, because the machine may be busy.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(180);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <param name="condition">Asked until it holds.</param>
    /// <param name="meanwhile">What makes it hold; when that ends first, the wait fails, with its fault where it has one.</param>
    /// <param name="tell">What is known, for the failure's message.</param>
    public static async Task UntilAsync(Func<Task<bool>> condition, Task? meanwhile = null, Func<string>? tell = null)
    {
        using var limit = new CancellationTokenSource(Most);
        while (true)
        {
            var over = meanwhile is { IsCompleted: true };
            if (await condition()) return;
            if (over)
            {
                await meanwhile!;
                throw new InvalidOperationException($"it ended before what was waited for was seen\n{tell?.Invoke()}");
            }
            if (limit.IsCancellationRequested) throw new TimeoutException($"what was waited for was not seen within {Most.TotalSeconds:0} s\n{tell?.Invoke()}");
            await Task.Delay(Look);
        }
    }
}
