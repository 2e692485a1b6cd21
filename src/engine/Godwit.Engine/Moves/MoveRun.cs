using Godwit.Engine.Rows;
using Godwit.Engine.Verification;
using Godwit.Model.Findings;
using Godwit.Model.Verification;

namespace Godwit.Engine.Moves;

/// <summary>How a move is carried out; nothing here changes what is moved.</summary>
public sealed record MoveRunOptions
{
    /// <summary>Ranges, steps and scans at the same time; each takes a connection on either side.</summary>
    public required int Jobs { get; init; }

    public SecondDecoding Decoding { get; init; } = SecondDecoding.Sample;

    /// <summary>Hashes of rows held at once while the rows that differ are looked for, so that memory is bounded; one range is held whatever its size.</summary>
    public int MostHashes { get; init; } = 1_000_000;

    /// <summary>False only to measure what hashing costs while copying.</summary>
    public bool HashWhileCopying { get; init; } = true;

    /// <summary>Whether the target is read only after the source, of a source that tells only as it is read what is to be left out.</summary>
    public bool SourceFirst { get; init; }

    /// <summary>How much of the time each of them works.</summary>
    public MovePace Pace { get; init; } = MovePace.Full;

    /// <summary>Asked before each range of the copy: whether it is to stop there.</summary>
    public Func<bool> PauseRequested { get; init; } = () => false;
}

/// <summary>What came of a verification: digests of every table, checks of the target, and what is wrong.</summary>
public sealed record MoveVerification(
    IReadOnlyList<TableVerification> Tables, IReadOnlyList<CheckResult> Checks, IReadOnlyList<Finding> Mismatches, TargetSchema Schema, bool SourceChanged)
{
    /// <summary>Of a source that was written to meanwhile: rows that changed while it was read, which are verified as they are carried. Null where it stood still.</summary>
    public long? CarriedLater { get; init; }

    public bool Verified => Mismatches.Count == 0 && !SourceChanged && Tables.All(t => t.Agrees) && Checks.All(c => c.Passed);
}

/// <summary>
/// One run of a move, from the prepared plan to the verified target. Every piece of work commits with the row that says it is done, so a run that is
/// begun again after a crash at any point goes on with what is left, and ends the same.
/// </summary>
public sealed class MoveRun(IRowSource source, IMoveTarget target, MoveRunOptions options, MoveProgress progress)
{
    /// <summary>Everything, from the tables to the verification.</summary>
    public Task<MoveVerification> RunAsync(CancellationToken cancellation) => GuardAsync(
        async token =>
        {
            await BuildPhasesAsync(token);
            return await VerifyPhaseAsync(token);
        },
        "",
        cancellation);

    /// <summary>Makes, copies and indexes.</summary>
    /// <returns>False when it stopped between two ranges, because a pause was asked for.</returns>
    public Task<bool> BuildAsync(CancellationToken cancellation) => GuardAsync(BuildPhasesAsync, "", cancellation);

    /// <summary>Verifies what was built.</summary>
    public Task<MoveVerification> VerifyAsync(CancellationToken cancellation) => GuardAsync(VerifyPhaseAsync, "", cancellation);

    /// <summary>Ends the run (<see cref="IMoveTarget.FinishAsync"/>).</summary>
    public Task FinishAsync(RunState state, Func<RunEnd?> end, CancellationToken cancellation) =>
        GuardAsync(
            async token =>
            {
                await target.FinishAsync(state, end, token);
                return true;
            },
            // The lease goes with the last commit: whether that was this runner's own, of which no answer came, only the target knows.
            ", unless only the answer to its last word was lost; `godwit resume` tells",
            cancellation);

    private async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> work, string doubt, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, target.LeaseLost);
        try
        {
            return await work(either.Token);
        }
        catch (Exception fault) when (fault is not LeaseLostException && !cancellation.IsCancellationRequested)
        {
            // A successor ends its predecessor's sessions: from here that looks like a broken connection.
            if (await target.IsTakenOverAsync()) throw new LeaseLostException($"another runner has taken this run over; this one has written nothing since{doubt}");
            if (fault is OperationCanceledException && target.LeaseLost.IsCancellationRequested) throw new TargetSilentException();
            throw;
        }
    }

    private async Task<bool> BuildPhasesAsync(CancellationToken cancellation)
    {
        var steps = new StepPhase(target, progress, options.Jobs);
        await target.SetPhaseAsync("prepare", cancellation);
        await steps.RunAsync(MovePhase.Prepare, target.StepsBeforeCopy, cancellation);
        await target.SetPhaseAsync("copy", cancellation);
        if (!await new CopyPhase(source, target, progress, options).RunAsync(cancellation)) return false;
        await target.SetPhaseAsync("index", cancellation);
        await steps.RunAsync(MovePhase.Index, target.StepsAfterCopy, cancellation);
        return true;
    }

    private async Task<MoveVerification> VerifyPhaseAsync(CancellationToken cancellation)
    {
        await target.SetPhaseAsync("verify", cancellation);
        source.Know(await target.RangesAsync(cancellation));
        await using var snapshot = await target.OpenSnapshotAsync(cancellation);
        return await new MoveVerifier(source, snapshot, target.Run.Plan, target.Run.HashKey, options, progress).RunAsync(cancellation);
    }
}

/// <summary>Verifies a move that is in place, whoever made it: digests, then the rows that differ, then the target's own checks.</summary>
public sealed class MoveVerifier(
    IRowSource source, ITargetSnapshot snapshot, Model.Moves.MovePlan plan, UInt128 key, MoveRunOptions options, MoveProgress progress)
{
    /// <summary>Below this the target's checks read its rows in any case: it takes no time worth saving.</summary>
    private const long RowsScannedAlways = 1_000_000;

    public async Task<MoveVerification> RunAsync(CancellationToken cancellation)
    {
        var incomparable = await snapshot.FindIncomparableAsync(plan, cancellation);
        var comparable = incomparable.Count == 0 ? plan : plan with { Tables = [.. plan.Tables.Except(incomparable)] };
        var tables = await new Verifier(source, snapshot, comparable, key, options, progress).RunAsync(cancellation);
        var mismatches = new List<Finding>(incomparable.Select(t => Finding.Error(
            FindingCodes.SchemaDiffers, $"the rows of table {t.SourceName} are not compared: the table, or one of its columns, is not there as it was planned",
            new Place.InTable(t.SourceName))));
        foreach (var table in tables.Where(t => t.Different.Count > 0))
        {
            progress.At($"{table.Table.SourceName}: narrowing");
            mismatches.AddRange(await new Narrowing(source, snapshot, key, options.MostHashes).RunAsync(table, cancellation));
        }
        foreach (var table in tables.Where(t => t.Quarantine is { Agrees: false }))
        {
            mismatches.Add(Finding.Error(
                FindingCodes.RowsDiffer, $"the quarantine of table {table.Table.SourceName} does not hold the rows that were left out",
                new Place.InTable(table.Table.SourceName)));
        }
        progress.Begin(MovePhase.Check);
        // Equal rows cannot be orphans, duplicates or NULLs where the source's are not; reading a large target again for each of these questions would double the time.
        var scanRows = options.Decoding.OneIn == 1 || mismatches.Count > 0 || plan.Tables.Sum(t => t.Rows) <= RowsScannedAlways;
        var checks = await snapshot.CheckAsync(plan, scanRows, cancellation);
        mismatches.AddRange(checks.SelectMany(c => c.Findings).Where(f => f.Severity == Severity.Error));
        return new MoveVerification(tables, checks, mismatches, await snapshot.ReadSchemaAsync(plan, cancellation), source.HasChanged());
    }
}
