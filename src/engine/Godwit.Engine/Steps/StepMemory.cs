using System.Text.Json.Nodes;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Steps;

/// <summary>What a step remembers between its parts, and the target's clock, in one look: a step that waits goes on waiting where it was, whoever's clock was moved.</summary>
public sealed class StepMemory(StepContext context)
{
    public static readonly SessionTerms Notes = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));

    /// <summary>Waits are cut into pieces of this length, so that somebody who asks for a pause does not wait as long as they do.</summary>
    private static readonly TimeSpan s_piece = TimeSpan.FromMilliseconds(250);

    public Task<(JsonObject? State, DateTimeOffset Now)> ReadAsync(CancellationToken cancellation) =>
        context.Target.InTransactionAsync(Notes, ReadAsync, cancellation);

    public static async Task<(JsonObject? State, DateTimeOffset Now)> ReadAsync(IRunTransaction transaction, CancellationToken cancellation)
    {
        var text = await transaction.ReadProgressAsync(cancellation);
        var now = await TargetClock.ReadAsync(transaction, cancellation);
        return (text is null || JsonNode.Parse(text) is not JsonObject { Count: > 0 } state ? null : state, now);
    }

    public Task<bool> SaveAsync(JsonObject state, long done, long? total, CancellationToken cancellation) =>
        context.Target.InTransactionAsync(
            Notes,
            async (transaction, token) =>
            {
                await transaction.SaveProgressAsync(state.ToJsonString(), done, total, token);
                return true;
            },
            cancellation);

    /// <summary>As if the step had not begun.</summary>
    public async Task<StepResult> ForgetAsync(CancellationToken cancellation)
    {
        await SaveAsync([], 0, null, cancellation);
        return StepResult.Done;
    }

    /// <summary>False when somebody asked for a pause meanwhile.</summary>
    public async Task<bool> WaitAsync(TimeSpan time, CancellationToken cancellation)
    {
        for (var left = time; left > TimeSpan.Zero; left -= s_piece)
        {
            if (context.PauseRequested()) return false;
            await Task.Delay(left < s_piece ? left : s_piece, context.Time, cancellation);
        }
        return !context.PauseRequested();
    }

    public static StepResult PauseAsked { get; } = new StepResult.Undecided("asked to pause; it goes on where it is");

    /// <summary>A time as it is kept.</summary>
    public static string Write(DateTimeOffset time) => time.ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    public static DateTimeOffset ReadTime(JsonObject state, string name) =>
        DateTimeOffset.Parse(state[name]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);
}
