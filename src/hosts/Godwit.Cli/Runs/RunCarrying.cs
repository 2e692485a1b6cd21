using System.Security.Cryptography;
using Godwit.Cli.Detaching;
using Godwit.Cli.Move.Nested;
using Godwit.Cli.Notices;
using Godwit.Cli.Rehearsals;
using Godwit.Engine.Journal;
using Godwit.Engine.Moves;
using Godwit.Engine.Notices;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Tripwires;
using Godwit.Security.Signing;

namespace Godwit.Cli.Runs;

/// <summary>Carries a run on in this process, with what goes with it: notices, a copy of the journal, and in the end the certificate.</summary>
internal sealed class RunCarrying(RunbookAtHand at, RunConsole console, RunEnds ends)
{
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(3), s_copyFarewell = TimeSpan.FromSeconds(15);

    private static readonly TimeProvider s_time = TimeProvider.System;

    public UnknownStatement? Unknown { get; init; }

    public string? Certificate { get; init; }

    public bool Wait { get; init; }

    public bool Seen { get; init; }

    /// <param name="target">Where the run is.</param>
    /// <param name="run">The run, entered; it is let go of in the end.</param>
    /// <param name="folder">The runbook's.</param>
    /// <param name="journal">Where the journal is copied to; null copies it nowhere.</param>
    /// <param name="act">What becomes of it.</param>
    /// <param name="cancellation">Interrupts it: it says so and lets go of the run.</param>
    public async Task<int> CarryAsync(
        PostgresTarget target, PostgresRun run, string folder, string? journal, Func<RunbookRunner, CancellationToken, Task<RunbookOutcome>> act, CancellationToken cancellation)
    {
        await using (run)
        {
            Detachment.Announce(run.Run);
            var jitter = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
            await using var post = run.Plan.Notices.Count == 0 ? null : new NoticePost(target, run.Run, run.Plan, run.Epoch, at.Variables, s_time, jitter);
            Task<TargetReading?> ReachAsync(string name, CancellationToken token) => at.ReachSourceAsync(run.Plan, folder, name, token);
            await using var queries = new WatchQueries(target, ReachAsync);
            await using var keyring = new PostgresRunKeyring(target, Environment.GetEnvironmentVariable, $"run {run.Run}", s_time);
            var runner = new RunbookRunner(run, new RunnerOptions
            {
                Kinds = at.Kinds, Time = s_time, Environment = at.Variables, Folder = folder, Observer = new RunDisplay(console, s_time), Jitter = jitter, Unknown = Unknown, Notices = (IRequiredNotices?)post ?? NobodySends.Instance,
                Known = KnownSigners.Load(GodwitHome.Folder()), Wait = Wait, Estimates = new RehearsedPhases(target),
                CheckSources = new PostgresSources(ReachAsync), Queries = queries, Seen = Seen, Keyring = keyring,
            });
            await using var follower = NestedFollower.Of(run, folder, at.Variables, s_time, console.Note);
            await using var copy = journal is null ? null : new JournalCopy(journal, target, run, s_time);
            run.Journalled += post is null ? null : post.Wake;
            try
            {
                var outcome = await act(runner, cancellation);
                IReadOnlyList<Finding> copied = [.. await CopiedAsync(copy, s_copyFarewell), .. post is null ? [] : NoticeFindings.Unsent(await post.FinishAsync(s_copyFarewell))];
                if (outcome is not RunbookOutcome.Reached(RunbookState.Finished or RunbookState.RolledBack) || outcome is RunbookOutcome.Reached { Part: true }) return ends.Say(run, outcome, copied, null);
                var (certificate, findings) = await RunCertifying.WriteAsync(target, run.Run, Certificate, console.Note, cancellation);
                return ends.Say(run, outcome, [.. copied, .. findings], certificate);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                await LetGoAsync(run);
                await CopiedAsync(copy, s_farewell);
                if (post is not null) await post.FinishAsync(s_farewell);
                throw;
            }
        }
    }

    /// <summary>What is to be said about a copy of the journal that lacks something.</summary>
    private static async Task<IReadOnlyList<Finding>> CopiedAsync(JournalCopy? copy, TimeSpan limit) =>
        copy is not null && JournalFindings.Of(await copy.FinishAsync(limit)) is { } finding ? [finding] : [];

    /// <summary>A run that was interrupted on purpose says so, and nobody has to wait for its lease. What does not answer in time is left as if it had been killed.</summary>
    private static async Task LetGoAsync(PostgresRun run)
    {
        using var limit = new CancellationTokenSource(s_farewell);
        try
        {
            await run.LeaveAsync(RunbookState.Paused, "interrupted", "run-paused", limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or TargetFaultException or LeaseLostException)
        {
            // The rows say how far it came, whoever asks.
        }
    }
}
