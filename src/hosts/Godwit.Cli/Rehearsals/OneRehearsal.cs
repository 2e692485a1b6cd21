using System.Security.Cryptography;
using Godwit.Cli.Anonymise;
using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Anonymise;
using Godwit.Engine.Backups;
using Godwit.Engine.Journal;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Anonymise;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Postgres.Rehearsals;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Signing;

namespace Godwit.Cli.Rehearsals;

/// <summary>One rehearsal: a copy of its own, the flow, the record.</summary>
internal sealed class OneRehearsal(RunbookKinds kinds, Runbook runbook, RunbookPlan plan, BackupPlace place, PostgresTarget target, RunConsole console, TimeProvider time)
{
    public string? Backup { get; init; }

    /// <summary>Masks the copy before anything is rehearsed.</summary>
    public bool Anonymise { get; init; }

    public int? Days { get; init; }

    /// <summary>Returns what was put on record. What ends it before its end leaves nothing.</summary>
    public async Task<RehearsalRecord> RunAsync(CancellationToken cancellation)
    {
        using var key = SigningKeyFile.LoadOrCreate(place.Home);
        var (identity, began, needed) = await LookAsync(cancellation);
        RehearsalSpace.Check(place.Staging, needed);
        await using var folder = StagingFolder.Create(place.Staging, passable: false, _ => Task.CompletedTask);
        await using var copy = await new ScratchCopies(time).RestoreAsync(place, Choose(identity), null, console.Note, cancellation);
        var kept = Anonymise ? await AnonymiseAsync(copy, cancellation) : null;
        var taken = LeavesOpen() ? [] : await RehearsedServer.CloseAsync(copy, cancellation);
        var (scratch, url) = await RehearsedServer.ReachAsync(copy, target.Url.User, cancellation);
        var surroundings = await RehearsalSurroundings.MakeAsync(runbook, plan, folder.Path, [.. place.Destinations, place.Staging, place.Home], url, copy.PassFile, cancellation);
        var rules = surroundings.Rules(RehearsalShape.Read(runbook.Rehearsal));
        var stage = new RehearsalStage(scratch, kinds, surroundings.Folder, ToolVersion.Text, RunHolder.Self(time), new JournalSigner(key));
        var rows = await stage.PrepareAsync(plan, cancellation);
        var rehearsed = plan with { Sources = surroundings.Sources };
        RehearsalEnd end;
        LockSampling sampling;
        await using var keyring = new PostgresRunKeyring(scratch, Environment.GetEnvironmentVariable, "rehearsal", time);
        await using (var probe = await RehearsalProbe.StartAsync(scratch, time, cancellation))
        {
            stage.Probe = probe;
            var clock = new RehearsalClock(new RunDisplay(console, time), probe, time);
            end = await new RehearsalFlow(stage, rehearsed, Options(rules, surroundings, clock) with { Keyring = keyring }, clock).GoAsync(cancellation);
            sampling = probe.Sampling;
        }
        var (journals, open) = await stage.LookBackAsync(end.Runs, KnownSigners.Load(place.Home), cancellation);
        var failed = end.Reason ?? (journals.FirstOrDefault(j => !j.Verified) is { } unsound ? $"the journal of run {unsound.Run} does not hold" : null);
        return await PutOnRecordAsync(new RehearsalRecord
        {
            Id = Guid.NewGuid(), Runbook = plan.Name, Plan = plan.Hash, Target = identity, ToolVersion = ToolVersion.Text, BeganAt = began, EndedAt = began,
            Copy = new RehearsedCopy(copy.Manifest.Name, copy.Manifest.SnapshotAt, (long)copy.Took.TotalMilliseconds, Anonymise) { Days = Anonymise ? Days : null, Kept = kept },
            Outcome = failed is null ? RehearsalOutcome.Good : RehearsalOutcome.Failed, Reason = failed,
            Findings = [.. end.Findings.Select(f => $"{f.Code}: {f.Message}")],
            Violations = [.. end.Findings.Where(f => f.Message.Contains("SQLSTATE 23", StringComparison.Ordinal)).Select(f => f.Message), .. open.Select(c => $"left NOT VALID: {c}")],
            Legs = end.Legs, Rows = rows, Journals = journals, Sampling = sampling,
            TakenAway = taken, Skipped = rules.Log.SkippedSteps, NotAsked = rules.Log.QuestionsNotAsked,
            Shortened = rules.Log.ShortenedSteps.ToDictionary(s => s.Key, s => (long)s.Value.TotalSeconds, StringComparer.Ordinal),
        }, key, cancellation);
    }

    /// <summary>Whether the runbook says of a step in the database that it reaches beyond it, and may: through a foreign server.</summary>
    private bool LeavesOpen()
    {
        var effects = RehearsalShape.Read(runbook.Rehearsal).Effects;
        return plan.Phases.SelectMany(p => p.Steps).Any(s => effects.Contains(s.Id) && kinds.Bind(s, plan.Files).Reach == StepReach.Inside);
    }

    /// <summary>A backup of this very database: a destination may hold those of others.</summary>
    private string Choose(RehearsedTarget identity)
    {
        var verified = place.Store.List().Where(b => b is { Verification: not null, Manifest: { } m } && m.Origin.System == identity.System && m.Origin.Database == identity.Database).ToList();
        if (Backup is null && verified.Count > 0) return verified[0].Name;
        if (Backup is not null && (place.Store.Find(Backup) is null || verified.Exists(b => b.Name == Backup))) return Backup;
        throw new RehearsalException(
            FindingCodes.RehearsalNoCopy, Backup is null ? "no destination holds a verified backup of this database" : $"backup {Backup} is not verified, or is of another database",
            "`godwit backup create` takes one and verifies it.");
    }

    /// <returns>How many rows there were and are; null where all were kept.</returns>
    private async Task<KeptShare?> AnonymiseAsync(IScratchCopy copy, CancellationToken cancellation)
    {
        if (runbook.Anonymise is not { } section) throw new RehearsalException(FindingCodes.AnonymiseSettings, "the runbook does not say what is personal", "Add `anonymise:` to it.");
        var settings = AnonymiseShape.Read(section);
        var (key, missing) = AnonymiseKey.Find(settings);
        if (key is null) throw new RehearsalException([missing!]);
        // The copy stays here and goes: what nobody listed is a warning.
        var outcome = await AnonymousCopy.MakeAsync(copy, settings, key, Days, acceptUnlisted: true, console.Note, cancellation);
        if (!outcome.Done) throw new RehearsalException([.. outcome.Findings.Where(f => f.Severity == Severity.Error)]);
        RunbookFindings.Print(console.Console, outcome.Findings);
        return Days is null ? null : new KeptShare(outcome.Rows.Before, outcome.Rows.After);
    }

    private RunnerOptions Options(RehearsalRules rules, RehearsalSurroundings surroundings, RehearsalClock clock) => new()
    {
        Kinds = kinds, Time = time, Environment = surroundings.Environment, Folder = surroundings.Folder, Observer = clock, Rehearsal = rules, Waived = "a rehearsal",
        Jitter = new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
        CheckSources = new PostgresSources((name, token) => surroundings.ReachAsync(name, runbook.Folder, token)),
    };

    /// <summary>Which database it is for, its clock, and how much room a copy of it needs.</summary>
    private async Task<(RehearsedTarget Identity, DateTimeOffset Now, long Bytes)> LookAsync(CancellationToken cancellation)
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "rehearse", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        var (identity, now) = await RehearsalRows.IdentifyAsync(connection, cancellation);
        return (identity, now, await RehearsalRows.SizeAsync(connection, cancellation));
    }

    /// <summary>The only thing that is written to the target.</summary>
    private async Task<RehearsalRecord> PutOnRecordAsync(RehearsalRecord record, SigningKey key, CancellationToken cancellation)
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "rehearse", Role = "record" });
        await using var connection = await source.OpenAsync(cancellation);
        return await RehearsalRows.AddAsync(connection, record, key, KnownSigners.Load(place.Home), cancellation);
    }
}
