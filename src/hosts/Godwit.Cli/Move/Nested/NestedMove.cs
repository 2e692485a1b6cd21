using System.Text;
using Godwit.Engine.Certificates;
using Godwit.Engine.Live;
using Godwit.Engine.Keys;
using Godwit.Engine.Moves;
using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Rows;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Runs;
using Godwit.Security.Keyring;
using Godwit.Security.Signing;
using Godwit.Sqlite.Native;
using Godwit.Postgres.Sourcing;
using Godwit.Sqlite.Reading;

namespace Godwit.Cli.Move.Nested;

/// <summary>A move of a runbook's run, both sides open.</summary>
internal sealed class NestedMove(MoveRequest request, OpenedMove opened, PostgresMoveTarget target, DateTimeOffset startedAt, MoveProgress progress, TimeProvider time) : INestedMove
{
    public MovePlan Plan => target.Run.Plan;

    public Task<bool> BuildAsync(Func<bool> pauseRequested, CancellationToken cancellation) => GuardAsync(() => Run(pauseRequested).BuildAsync(cancellation));

    public Task<(MoveVerification Verification, MoveSummary Summary)> CertifyAsync(CancellationToken cancellation) => GuardAsync(async () =>
    {
        var run = Run(() => false);
        var verification = await run.VerifyAsync(cancellation);
        MoveSummary? summary = null;
        await run.FinishAsync(
            verification.Verified ? RunState.Verified : RunState.Failed,
            () =>
            {
                using var key = SigningKeyFile.LoadOrCreate(GodwitHome.Folder());
                var (signed, bytes) = CertificateFile.Sign(CertificateOutput.Draft(request, target.Run, verification, opened, startedAt, time.GetUtcNow()), key);
                summary = NestedSummary.Of(target.Run, signed, bytes);
                return new RunEnd(Encoding.UTF8.GetString(bytes), verification.Schema.Lines);
            },
            cancellation);
        return (verification, summary!);
    });

    private MoveRun Run(Func<bool> pauseRequested) => new(
        opened.Rows,
        target,
        new MoveRunOptions { Jobs = request.Jobs, Pace = MovePace.Of(request.Share, request.Jobs, time), Decoding = request.Paranoid ? SecondDecoding.Every : SecondDecoding.Sample, PauseRequested = pauseRequested },
        progress);

    public static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await TargetFaults.GuardAsync(work);
        }
        catch (Exception fault) when (fault is SqliteException or SourceReadException)
        {
            throw Unreadable(fault);
        }
        catch (LiveFaultException fault)
        {
            throw new SourceFaultException(fault.Message, fault) { Finding = fault.Finding };
        }
        catch (UnsealableException unsealable)
        {
            throw new SourceFaultException(unsealable.Message, unsealable)
            {
                Finding = Finding.Error(
                    FindingCodes.SourceChanged, unsealable.Message, new Place.InTable(unsealable.Table, Column: unsealable.Column),
                    "`godwit rollback` removes what was moved; then `godwit run` moves what is there now."),
            };
        }
        catch (KeyringException reason)
        {
            throw new SourceFaultException(reason.Message, reason) { Finding = KeyReadiness.Missing(reason) };
        }
        catch (MisfitException misfit)
        {
            throw new SourceFaultException(misfit.Message, misfit)
            {
                Finding = Finding.Error(
                    FindingCodes.SourceChanged, "the source holds a value that it did not hold when the move began", new Place.InTable(misfit.Table, $"{misfit.Row}", misfit.Column),
                    "`godwit rollback` removes what was moved; then `godwit run` moves what is there now."),
            };
        }
    }

    public static SourceFaultException Unreadable(Exception fault) => new($"the source cannot be read: {fault.Message}", fault);

    public async ValueTask DisposeAsync()
    {
        await target.DisposeAsync();
        opened.Dispose();
        RunPointer.Tidy();
    }
}
