using Godwit.Engine.Processes;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Runs;

/// <summary>Keeps the effect of a step in the step's row.</summary>
internal sealed class OutsideEffects(IRunStore store, string step, TimeProvider time) : IOutsideEffects
{
    /// <summary>Between noting an effect and its beginning: a runner that was stopped for longer in between asks again, and is refused if it was replaced.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(5);

    private static readonly SessionTerms s_notes = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));

    public Guid Epoch => store.Epoch;

    public async Task BeginAsync(string what, TimeSpan limit, bool endsWithRunner, CancellationToken cancellation)
    {
        long asked;
        do
        {
            asked = time.GetTimestamp();
            await RecordAsync((ledger, token) => ledger.BeginEffectAsync(new StepEffect(what, store.Epoch, endsWithRunner ? CommandTraces.Self : null), limit + s_slack, token), cancellation);
        }
        while (time.GetElapsedTime(asked) > s_slack);
    }

    public Task EndAsync(CancellationToken cancellation) => RecordAsync((ledger, token) => ledger.EndEffectAsync(token), cancellation);

    private Task<bool> RecordAsync(Func<IRunLedger, CancellationToken, Task> work, CancellationToken cancellation) => store.RecordAsync(
        step, s_notes,
        async (ledger, token) =>
        {
            await work(ledger, token);
            return true;
        },
        cancellation);
}
