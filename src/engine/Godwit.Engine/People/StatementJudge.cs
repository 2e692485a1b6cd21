using System.Globalization;
using Godwit.Engine.Rollback;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.People;

/// <summary>What a statement is worth for a demand.</summary>
public abstract record StatementVerdict
{
    private StatementVerdict()
    {
    }

    public sealed record Accepted(AcceptedStatement Statement) : StatementVerdict;

    /// <summary>It looks as if it were meant, and does not count: the finding says why.</summary>
    public sealed record Refused(Finding Finding) : StatementVerdict;

    /// <summary>It is about something else, honestly, or long over.</summary>
    public sealed record Aside : StatementVerdict;
}

/// <summary>Holds a signed statement against a demand: whose it is, whether it is as it was signed, what it is about, when, and whether that person's word is asked for.</summary>
/// <param name="records">What the target has.</param>
/// <param name="demand">What is asked.</param>
/// <param name="plan">Of which plan.</param>
/// <param name="run">Of which run; null before it began.</param>
/// <param name="authors">Who signed the plan.</param>
public sealed class StatementJudge(PeopleRecords records, Demand demand, RunbookPlan plan, Guid? run, IReadOnlyCollection<string> authors)
{
    private readonly string _target = Statement.TargetOf(records.Target);
    private readonly KnownRun? _run = records.Runs.FirstOrDefault(r => r.Id == run);

    public StatementVerdict Judge(StoredStatement row)
    {
        if (row.Purpose != demand.Purpose || row.Subject != demand.Subject) return new StatementVerdict.Aside();
        if (SignedStatement.TryRead(row.Document) is not { } signed) return Refuse(FindingCodes.StatementForged, $"a statement about {demand.Title} (row {Short(row.Id)}) is not what a person signs", "Find out who put the row there; have the person sign again.");
        var said = signed.Statement;
        if (records.Register.FindKey(said.Kid) is not { } person)
            return Refuse(FindingCodes.StatementNobodys, $"{Who(said)} is signed with a key with which nobody is pinned here ({said.Kid})", "An administrator pins the key: `godwit keys person add NAME --public-key FILE --role ROLE`.");
        if (!signed.IsBy(person.Key) || !Person.SameName(person.Name, said.Person)) return Refuse(FindingCodes.StatementForged, $"{Who(said)} is not what the key {said.Kid} of {person.Name} signed", "Find out who put it there; have the person sign again.");
        // From here on every word of it is that person's.
        var over = said.Expires <= records.Now || said.At + demand.Valid <= records.Now;
        if (Elsewhere(row, said) is { } elsewhere) return over ? new StatementVerdict.Aside() : Refuse(FindingCodes.StatementReplayed, $"{Who(said)} {elsewhere}", Again(said));
        if (Stale(said, person, over) is { } stale) return Refuse(FindingCodes.StatementStale, $"{Who(said)} {stale}", Again(said));
        return Uncounted(said, person) is { } why
            ? Refuse(FindingCodes.StatementNotCounted, $"{Who(said)} does not count: {why}", null)
            : new StatementVerdict.Accepted(new AcceptedStatement(said.Hash, person.Name, said.Role ?? "", said.At, said.Kid));
    }

    private string? Elsewhere(StoredStatement row, Statement said)
    {
        if (said.Purpose != demand.Purpose) return $"was signed to {Purposes.Of(said.Purpose)}, not to {Purposes.Of(demand.Purpose)}";
        if (said.Subject != demand.Subject) return $"was signed for {(said.Subject.Length == 0 ? "nothing" : said.Subject)}";
        if (said.Runbook != plan.Name) return $"was signed for the runbook {said.Runbook}";
        if (said.Plan != plan.Hash) return $"was signed for the plan {Short(said.Plan)}, and this one is {Short(plan.Hash)}: the runbook was changed since";
        if (said.Target != _target) return "was signed for another database, or for this one before a restore";
        if (said.Hash != row.Id || row.Plan != said.Plan || row.Run != said.Run) return "stands in a row that says something else than it does";
        if (said.Run is { } named) return named == run ? null : $"was signed for run {named}";
        // Before its run began it was for the next one.
        var began = _run?.StartedAt ?? DateTimeOffset.MaxValue;
        return records.Runs.FirstOrDefault(r => r.Id != run && r.StartedAt >= said.At && r.StartedAt < began) is { } other ? $"was signed for the run that came then, {other.Id}" : null;
    }

    private string? Stale(Statement said, Person person, bool over)
    {
        if (person.Problem is { } problem) return $"is of a person who {problem}";
        if (person.RetiredAt is { } retired) return $"is signed with a key that was retired {At(retired)}{(person.RetiredBecause is null ? "" : $" ({person.RetiredBecause})")}";
        if (said.At > records.Now + Demand.ClockTolerance) return $"is dated {At(said.At)}, and the database's clock says {At(records.Now)}";
        if (said.At + Demand.ClockTolerance < person.AddedAt) return $"was signed before {person.Name} was pinned ({At(person.AddedAt)})";
        if (over) return $"held until {At(said.Expires < said.At + demand.Valid ? said.Expires : said.At + demand.Valid)}";
        if (demand.AfterRollback && (records.RollbackDecided is not { } decided || said.At < decided)) return "was signed before there was a rollback to speak of";
        var used = demand.Purpose == Purpose.ApproveRollback ? records.RollbackDecided : demand.Phase is { } phase && records.Undone.TryGetValue(phase, out var undone) ? undone : null;
        return used >= said.At ? $"was used up when the run went back ({At(used.Value)})" : null;
    }

    private string? Uncounted(Statement said, Person person)
    {
        if (!demand.AuthorCounts && authors.Contains(person.Name, StringComparer.OrdinalIgnoreCase)) return $"{person.Name} signed the plan as its author";
        if (said.Role is { } role && !person.Has(role)) return $"{person.Name} is not pinned as {role}";
        var asked = demand.Roles.Any(r => r.Role.Length == 0 || (said.Role is not null && RoleName.Same(r.Role, said.Role)));
        if (!asked) return said.Role is null ? "it says no role" : $"nobody is asked as {said.Role}";
        return said.Role is null || IsNamed(plan, said.Role, person.Name) ? null : $"{person.Name} is not among the people whom the runbook has as {said.Role}";
    }

    /// <summary>Where the runbook says who has a role, only they have it; it gives nobody one that the target does not.</summary>
    public static bool IsNamed(RunbookPlan plan, string role, string name) => plan.Roles.Where(r => RoleName.Same(r.Key, role)).All(r => r.Value.Any(p => Person.SameName(p, name)));

    private string Who(Statement said) => $"{said.Person}'s statement of {At(said.At)} about {demand.Title}";

    private string Again(Statement said) => $"{said.Person} signs again: `{demand.Command(said.Role ?? "")}`.";

    private static StatementVerdict.Refused Refuse(FindingCode code, string message, string? remedy) => new(Finding.Error(code, message, null, remedy));

    private static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
