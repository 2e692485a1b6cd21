using System.Text;
using Godwit.Engine.Certificates;
using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Moves;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Runs;
using Godwit.Security.Signing;

namespace Godwit.Cli.Move.Nested;

/// <summary>A live move of a runbook's run, both sides open.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="sides">Both, for the certificate.</param>
/// <param name="parts">Both, open.</param>
/// <param name="open">Opens them once more, for a build that may be asked to pause.</param>
internal sealed class NestedLiveMove(MoveRequest request, CertifiedSides sides, LiveParts parts, Func<Func<bool>, CancellationToken, Task<LiveParts>> open, DateTimeOffset startedAt, TimeProvider time) : INestedMove
{

    public MovePlan Plan => parts.Run.Run.Plan;

    public async Task<bool> BuildAsync(Func<bool> pauseRequested, CancellationToken cancellation)
    {
        var building = await open(pauseRequested, cancellation);
        await using (building.Session) return await NestedMove.GuardAsync(() => GuardedAsync(building.Run, building.Session.Move.BuildAsync, cancellation));
    }

    public Task<(MoveVerification Verification, MoveSummary Summary)> CertifyAsync(CancellationToken cancellation) => NestedMove.GuardAsync(async () =>
    {
        var run = parts.Run;
        var verification = await GuardedAsync(run, parts.Session.Move.VerifyAsync, cancellation);
        MoveSummary? summary = null;
        await run.FinishAsync(
            verification.Verified ? RunState.Verified : RunState.Failed,
            () =>
            {
                using var key = SigningKeyFile.LoadOrCreate(GodwitHome.Folder());
                var draft = CertificateWriting.Draft(run.Run, verification, sides with { TargetSchemaHash = verification.Schema.Hash }, request, ToolVersion.Text, startedAt, time.GetUtcNow());
                var (signed, bytes) = CertificateFile.Sign(draft, key);
                summary = NestedSummary.Of(run.Run, signed, bytes);
                return new RunEnd(Encoding.UTF8.GetString(bytes), verification.Schema.Lines);
            },
            cancellation);
        return (verification, summary!);
    });

    private static async Task<T> GuardedAsync<T>(PostgresMoveTarget run, Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, run.LeaseLost);
        try
        {
            return await work(either.Token);
        }
        catch (Exception fault) when (fault is not LeaseLostException && !cancellation.IsCancellationRequested)
        {
            // A successor ends its predecessor's sessions: from here that looks like a broken connection.
            if (await run.IsTakenOverAsync()) throw new LeaseLostException();
            if (fault is OperationCanceledException && run.LeaseLost.IsCancellationRequested) throw new TargetSilentException();
            throw;
        }
    }

    public ValueTask DisposeAsync() => parts.Session.DisposeAsync();
}
