using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.People;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.People;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Cli.People;

/// <summary>Signs what a person says about a plan, with that person's key, and puts it where the runner looks for it.</summary>
internal sealed class SigningSession(RunbookKinds kinds, string file, IReadOnlyDictionary<string, string> set, string? to, RunConsole console)
{
    private readonly TimeProvider _time = TimeProvider.System;

    /// <param name="wish">What is signed.</param>
    /// <param name="output">A file instead of the target; null for the target.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<int> SignAsync(Wish wish, string? output, CancellationToken cancellation)
    {
        var target = await PeopleTarget.ReachAsync(kinds, file, set, to, cancellation);
        if (target.Target is null) return console.Refuse(target.Findings);
        var (key, unusable) = PersonKeys.Load(wish.KeyFile, wish.As);
        if (key is null) return console.Refuse([unusable!]);
        using var disposed = key;
        await using var source = target.Open("sign");
        await using var connection = await source.OpenAsync(cancellation);
        var asked = await AskAsync(connection, target, wish.Purpose, cancellation);
        if (asked.Plan is not { } plan) return console.Refuse(asked.Findings);
        if (asked.Records.Register.FindKey(key.Kid) is not { } person)
        {
            return console.Refuse([.. asked.Records.Register.Findings, Finding.Error(
                FindingCodes.StatementNobodys, $"the key {key.Kid} is nobody's in this database", null, "An administrator pins it: `godwit keys person add NAME --public-key FILE --role ROLE`.")]);
        }
        if (wish.Purpose == Purpose.SignPlan)
            return await GiveAsync(connection, plan, asked, SignedStatement.Sign(Draft(wish, null, null, plan, null, null, person.Name, key.Kid, asked.Records.Now), key), null, output, cancellation);
        var (demand, claim, nothing) = wish.In(plan, d => !DemandStanding.Of(d, plan, asked.Run?.Id, asked.Records).Holds);
        if (demand is null) return console.Refuse([nothing!]);
        var role = RoleOf(wish, demand, plan, person, asked);
        var signed = SignedStatement.Sign(Draft(wish, demand, role, plan, asked.Run?.Id, Statement.TargetOf(asked.Records.Target), person.Name, key.Kid, asked.Records.Now), key);
        Tell(plan, demand, claim, signed.Statement);
        return await GiveAsync(connection, plan, asked, signed, demand, output, cancellation);
    }

    /// <summary>Signs a plan that was written into a file: no database is reached.</summary>
    public int SignOffline(Wish wish, string planFile, string output)
    {
        var (read, fault) = PlanFile.Read(planFile);
        if (read is null) return console.Refuse([Finding.Error(FindingCodes.StatementUnreadable, $"{planFile} is no plan to sign: {fault}", null, "`godwit plan --out FILE` writes one.")]);
        if (wish.As is not { } name) return console.Refuse([Finding.Error(FindingCodes.PersonKey, "without the database nobody can tell whose key it is", null, "Say who signs with --as NAME, as the administrator pinned it.")], ExitCode.Usage);
        if (read.Target is null && wish.Purpose != Purpose.SignPlan)
            return console.Refuse([Finding.Error(FindingCodes.StatementUnreadable, $"{planFile} does not say for which database it is", null, "Have it written where the database can be reached: `godwit plan --out FILE`.")]);
        var (key, unusable) = PersonKeys.Load(wish.KeyFile, name);
        if (key is null) return console.Refuse([unusable!]);
        using var disposed = key;
        var (demand, claim, nothing) = wish.Purpose == Purpose.SignPlan ? (null, null, null) : wish.In(read.Plan, null);
        if (nothing is not null) return console.Refuse([nothing]);
        if (demand is { Purpose: Purpose.ApproveRollback } && read.Run is null)
            return console.Refuse([Finding.Error(FindingCodes.NothingToSign, $"{planFile} is of a plan that has no run to roll back", null, "Have it written once the run has begun.")]);
        var role = demand is null ? null : wish.Role ?? (demand.Roles.Select(r => r.Role).Distinct(StringComparer.Ordinal).ToList() is [var only] && only.Length > 0 ? only : null);
        if (demand is not null && role is null && demand.Roles.All(r => r.Role.Length > 0))
            return console.Refuse([Finding.Error(FindingCodes.NothingToSign, $"{demand.Title} takes {DemandStanding.Words(demand.Roles)}", null, "Say in which role with --role.")], ExitCode.Usage);
        var signed = SignedStatement.Sign(Draft(wish, demand, role, read.Plan, demand is null ? null : read.Run, demand is null ? null : read.Target, name, key.Kid, _time.GetUtcNow()), key);
        Tell(read.Plan, demand, claim, signed.Statement);
        return Save(signed, read.Plan, output);
    }

    /// <summary>Takes in what was signed elsewhere: as long as it counts.</summary>
    public async Task<int> ImportAsync(string path, CancellationToken cancellation)
    {
        var target = await PeopleTarget.ReachAsync(kinds, file, set, to, cancellation);
        if (target.Target is null) return console.Refuse(target.Findings);
        if (Read(path) is not { } signed) return console.Refuse([Finding.Error(FindingCodes.StatementUnreadable, $"{path} is no signed statement, or was changed", null, "Have it signed again.")]);
        await using var source = target.Open("import");
        await using var connection = await source.OpenAsync(cancellation);
        var said = signed.Statement;
        var asked = await AskAsync(connection, target, said.Purpose, cancellation);
        if (asked.Plan is not { } plan) return console.Refuse(asked.Findings);
        Demand? demand = null;
        if (said.Purpose != Purpose.SignPlan)
        {
            var phase = PhaseNames.Find(said.Subject);
            (demand, _, var nothing) = new Wish(said.Purpose, phase, said.Subject).In(plan, null);
            if (demand is null || demand.Subject != said.Subject) return console.Refuse([nothing ?? Finding.Error(FindingCodes.NothingToSign, $"the plan asks nobody about {said.Subject}")]);
        }
        return await GiveAsync(connection, plan, asked, signed, demand, null, cancellation);
    }

    /// <summary>The plan that people agree to: that of the run as long as it is not over, else the file's.</summary>
    private async Task<Asked> AskAsync(NpgsqlConnection connection, PeopleTarget target, Purpose purpose, CancellationToken cancellation)
    {
        var known = KnownSigners.Load(GodwitHome.Folder());
        var name = target.Runbook?.Name ?? target.Plan?.Name;
        var newest = await RunbookRows.ListAsync(connection, name, cancellation) is [var first, ..] ? first : null;
        var open = newest?.State switch
        {
            RunbookState.Running or RunbookState.Paused or RunbookState.Complete => newest,
            RunbookState.Finished when purpose == Purpose.ApproveRollback => newest,
            _ => null,
        };
        var run = open is null ? null : await RunbookRows.FindAsync(connection, open.Id, cancellation);
        name ??= run?.Plan.Name;
        var records = await PeopleRows.ReadAsync(connection, name, run?.Id, known, cancellation);
        if (run is null && purpose == Purpose.ApproveRollback) return new Asked(null, null, records, [RunRefusals.NoRun(name)]);
        if (run is not null && target.Plan is { } now && now.Hash != run.Plan.Hash)
            console.Note($"The runbook was edited since run {run.Id} began: this is about the plan of the run ({run.Plan.Hash[..12]}), not about the file ({now.Hash[..12]}).");
        return (run?.Plan ?? target.Plan) is { } plan
            ? new Asked(plan, run, records, [])
            : new Asked(null, null, records, [.. new RunbookReader(kinds).ReadFile(file, set).Findings, Finding.Error(FindingCodes.NothingToSign, $"{file} is not in order, and no run of it is under way", null, "`godwit check` says what is wrong with it.")]);
    }

    private static string? RoleOf(Wish wish, Demand demand, RunbookPlan plan, Person person, Asked asked)
    {
        if (wish.Role is not null) return wish.Role;
        var own = demand.Roles.Select(r => r.Role).Where(r => r.Length > 0 && person.Has(r) && StatementJudge.IsNamed(plan, r, person.Name)).ToList();
        var standing = demand.Purpose == Purpose.ApproveRollback && asked.Run is { } run
            ? RollbackDecision.SignedFor(run, null, asked.Records, wish.Phase)
            : DemandStanding.Of(demand, plan, asked.Run?.Id, asked.Records);
        var missing = (standing?.Missing ?? demand.Roles).Select(m => m.Role).ToList();
        return missing.Find(m => own.Exists(r => RoleName.Same(m, r))) ?? own.FirstOrDefault() ?? (demand.Roles.Any(r => r.Role.Length == 0) ? null : person.Roles.Count > 0 ? person.Roles[0] : null);
    }

    private static Statement Draft(Wish wish, Demand? demand, string? role, RunbookPlan plan, Guid? run, string? target, string name, string kid, DateTimeOffset now)
    {
        // As the canonical form has it.
        var at = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        var valid = demand?.Valid ?? PlanAuthors.Valid;
        return new Statement
        {
            Purpose = wish.Purpose, Runbook = plan.Name, Plan = plan.Hash, Subject = demand?.Subject ?? "", Run = run, Target = target, Person = name, Role = role, Kid = kid, At = at,
            Expires = at + (wish.Valid < valid ? wish.Valid.Value : valid), Nonce = Statement.NewNonce(), Text = wish.Text,
        };
    }

    private void Tell(RunbookPlan plan, Demand? demand, string? claim, Statement said)
    {
        console.Console.Line($"{said.Person}{(said.Role is null ? "" : $" as {said.Role}")}: {demand?.Title ?? "the plan"} of {plan.Name}, plan {plan.Hash}");
        if (claim is not null) console.Console.Line($"  \"{claim}\"");
        foreach (var phase in plan.Phases.Where(p => demand is { Purpose: Purpose.ApprovePhase } && PhaseNames.Of(p.Phase) == demand.Subject))
        {
            foreach (var step in phase.Steps) console.Console.Line($"  {step.Id} ({step.Kind}){(step.Title is null ? "" : $": {step.Title}")}{(step.Irreversible is null ? "" : ", point of no return")}");
        }
    }

    private async Task<int> GiveAsync(NpgsqlConnection connection, RunbookPlan plan, Asked asked, SignedStatement signed, Demand? demand, string? output, CancellationToken cancellation)
    {
        if (Refusal(plan, asked, signed, demand) is { } refusal) return console.Refuse([refusal]);
        if (output is not null) return Save(signed, plan, output);
        await PeopleWriting.PrepareAsync(connection, cancellation);
        var isNew = await PeopleWriting.ReceiveAsync(connection, signed, cancellation);
        console.Console.Line($"[green]Signed:[/] statement {signed.Statement.Hash}{(isNew ? "" : ", which was there already")}.");
        var records = await PeopleRows.ReadAsync(connection, plan.Name, asked.Run?.Id, KnownSigners.Load(GodwitHome.Folder()), cancellation);
        var standing = demand is null || demand.Purpose == Purpose.ApproveRollback ? null : DemandStanding.Of(demand, plan, asked.Run?.Id, records);
        if (standing is not null) console.Console.Line($"{demand!.Title}: {standing.Summary}");
        foreach (var command in standing?.Commands ?? []) console.Console.Line($"  {command}");
        return console.Finish(new RunDocument
        {
            Outcome = "signed", ExitCode = ExitCode.Done, Run = asked.Run?.Id.ToString(), Runbook = plan.Name, Plan = plan.Hash, Statement = signed.Statement.Hash,
            Approvals = standing is null ? null : [DemandDocument.Of(demand!.Phase ?? Phase.Expand, demand, null, standing)],
        });
    }

    /// <summary>What a gate would say: nothing is put into a target that counts for nothing there.</summary>
    private static Finding? Refusal(RunbookPlan plan, Asked asked, SignedStatement signed, Demand? demand)
    {
        var said = signed.Statement;
        if (demand is null)
        {
            return asked.Records.Register.FindKey(said.Kid) is not { IsActive: true } person ? Finding.Error(FindingCodes.StatementNobodys, $"the key {said.Kid} is nobody's in this database, or was retired")
                : !signed.IsBy(person.Key) || !Person.SameName(person.Name, said.Person) ? Finding.Error(FindingCodes.StatementForged, $"it is not what the key {said.Kid} of {person.Name} signed")
                : said.Plan != plan.Hash ? Finding.Error(FindingCodes.StatementReplayed, $"it is of the plan {said.Plan[..12]}, and this one is {plan.Hash[..12]}")
                : null;
        }
        var authors = PlanAuthors.Of(plan, asked.Records).Authors.Select(a => a.Person).ToList();
        var row = new StoredStatement(said.Hash, demand.Purpose, said.Plan, demand.Subject, said.Run, signed.Write(), asked.Records.Now);
        return new StatementJudge(asked.Records, demand, plan, asked.Run?.Id, authors).Judge(row) switch
        {
            StatementVerdict.Accepted => null,
            StatementVerdict.Refused refused => refused.Finding,
            _ => Finding.Error(FindingCodes.StatementStale, $"{said.Person}'s statement is over, or about something else"),
        };
    }

    private int Save(SignedStatement signed, RunbookPlan plan, string output)
    {
        try
        {
            using var stream = new FileStream(output, FileMode.CreateNew, FileAccess.Write);
            using var writer = new StreamWriter(stream);
            writer.Write(signed.Write() + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return console.Refuse([Finding.Error(FindingCodes.OutputUnwritable, $"{output} cannot be written: {e.Message}")]);
        }
        var next = $"godwit approve --import {output}";
        console.Console.Line($"[green]Signed:[/] statement {signed.Statement.Hash}, in {output}. Where the database can be reached: {next}");
        return console.Finish(new RunDocument { Outcome = "signed", ExitCode = ExitCode.Done, Runbook = plan.Name, Plan = plan.Hash, Statement = signed.Statement.Hash, File = Path.GetFullPath(output), Next = next });
    }

    private static SignedStatement? Read(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= SignedStatement.LongestText + 1 } ? SignedStatement.TryRead(File.ReadAllText(path).TrimEnd('\n')) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="Plan">Null when there is nothing to agree to.</param>
    private sealed record Asked(RunbookPlan? Plan, RunbookRun? Run, PeopleRecords Records, IReadOnlyList<Finding> Findings);
}
