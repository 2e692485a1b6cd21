using Godwit.Documents.Shapes;
using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Runbooks;

namespace Godwit.Cli.Move.Nested;

/// <summary>
/// Keeps the sides of a run's live moves together while the run does something else: whatever the one that is written to changes is carried to the other, so that a
/// cut-over, and a way back, have little left to bring over. No step depends on it, since each that needs everything carries the rest itself; but a way back that has become
/// impossible meanwhile is to be known before somebody needs it, so what stands in the way is said, once each.
/// </summary>
internal sealed class NestedFollower : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500), s_look = TimeSpan.FromSeconds(2), s_pause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Action<string> _say;
    private readonly Task _following;

    private NestedFollower(PostgresRun run, IReadOnlyList<string> steps, LivePlaces places, TimeProvider time, Action<string> say)
    {
        _say = say;
        _following = Task.WhenAll(steps.Select(step => FollowAsync(run, step, places, time)));
    }

    /// <summary>Null for a run without live moves.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folder">The runbook's.</param>
    /// <param name="environment">Where secrets are read from.</param>
    /// <param name="time">Measures the pauses.</param>
    /// <param name="say">Told, from any thread, of what stands in the way.</param>
    public static NestedFollower? Of(PostgresRun run, string folder, IRunEnvironment environment, TimeProvider time, Action<string> say)
    {
        var steps = run.Plan.Phases.SelectMany(p => p.Steps).Where(s => s.Kind == "move" && s.Settings.Flag("live")).Select(s => s.Id).ToList();
        return steps.Count == 0 ? null : new NestedFollower(run, steps, new LivePlaces(folder, run.Plan.Sources, environment), time, say);
    }

    private async Task FollowAsync(PostgresRun run, string step, LivePlaces places, TimeProvider time)
    {
        // Not in the way of whoever starts it.
        await Task.Yield();
        var held = ((IHoldsMoves)run.For(step)).Moves;
        var met = new Dictionary<string, int>(StringComparer.Ordinal);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, run.LeaseLost);
        while (!either.IsCancellationRequested)
        {
            var wait = s_look;
            try
            {
                // Not before everything was copied and verified: until then the step itself is at both sides.
                if (await held.FindOfStepAsync(step, either.Token) is { State: RunState.Verified } stored && await FollowAsync(held, stored, places, time, either.Token)) return;
            }
            catch (Exception) when (either.IsCancellationRequested)
            {
                return;
            }
            catch (LeaseLostException)
            {
                return;
            }
            catch (Exception fault)
            {
                // A side that does not answer is waited for; whatever else it is, the next step that needs it meets the same.
                wait = s_pause;
                var finding = (fault as SourceFaultException)?.Finding ?? (fault as LiveFaultException)?.Finding;
                var kind = finding?.Code.Id ?? fault.GetType().Name;
                met[kind] = met.GetValueOrDefault(kind) + 1;
                // Once is nothing: a step that takes the move back, or a server that starts, is met like that.
                if (met[kind] == 2) _say($"   {step}: changes are not carried at the moment: {(finding is null ? "" : $"{finding.Code.Id} ")}{FaultText.Of(fault)}{(finding?.Remedy is { } remedy ? $"\n        {remedy}" : "")}");
            }
            await Task.Delay(wait, time, either.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <returns>True once the move is ended: its row goes when it is released, or taken back.</returns>
    private static async Task<bool> FollowAsync(MovesOfRun held, Postgres.Runs.StoredRun stored, LivePlaces places, TimeProvider time, CancellationToken cancellation)
    {
        var parts = await NestedLive.OpenAsync(held, stored.Description, RunOrigin.Read(stored.Description.Origin).Request, places, () => false, new MoveProgress(time), time, cancellation);
        await using (parts.Session)
        {
            await parts.Session.GuardAsync(async () =>
            {
                while (await parts.Session.Authority.FindAsync(cancellation) is not null)
                {
                    await parts.Session.Move.CarryAsync(cancellation);
                    await Task.Delay(s_interval, time, cancellation);
                }
                return true;
            });
        }
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        _stop.Dispose();
    }
}
