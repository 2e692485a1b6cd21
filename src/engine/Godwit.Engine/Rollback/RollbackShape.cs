using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Gates.Attested;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rollback;

/// <summary>What a runbook says about its way back: who decides on it, and what is looked at afterwards.</summary>
public static class RollbackShape
{
    public const string MatrixKey = "matrix", ChecklistKey = "checklist", UnchangedKey = "unchanged", WithinKey = "within", AttestedKey = "attested";

    public const string DefaultWithin = "2m";

    private static readonly Shape.Text s_line = new(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 200 };

    private static readonly Shape.Map s_row = new(
        new Field("until", new Shape.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650)), "For a rollback that is asked for sooner than this after the switch; the last row has none"),
        new Field("impact", new Shape.Choice([.. RollbackRow.Impacts]), "How much data going back is expected to touch by then") { Default = "minimal" },
        new Field("action", new Shape.Choice([.. RollbackRow.Actions]), "What is done: roll back; roll back after an assessment; weigh it against a forward fix; fix forward and roll back only for critical issues; only fix forward") { Default = "rollback" },
        new Field("approvers", new Shape.List(s_line) { Max = 20 }, "The roles that have to approve, all of them"),
        new Field("takes", s_line, "How long it is expected to take, for people"))
    {
        Name = "decision",
        Description = "What is allowed some time after the switch, and whose approval it takes",
    };

    private static readonly Shape.Map s_unchanged = new(
        new Field("name", s_line, "What evidence calls it", Required: true),
        new Field("query", new Shape.Text(), "A query of one value, which must not write", Required: true),
        new Field("search_path", new Shape.Text { MaxLength = 1000 }, "Where unqualified names are looked up") { Default = "public" },
        new Field("statement_timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)), "How long the query may take") { Default = "5m" })
    {
        Name = "unchanged answer",
        Description = "A query that has to answer after a rollback what it answered before the first step",
    };

    private static readonly Shape.Map s_box = new(
        [new Field("id", new Shape.Text("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}") { Expected = "letters, digits, '-', '_' and '.', at most 63", MaxLength = 63 }, "Names the box: `godwit attest ID`", Required: true), .. AttestedGateKind.Fields])
    {
        Name = "box after a rollback",
        Description = "What people look at after a rollback, and sign",
    };

    private static readonly Field s_checklist = Check.ListField(ChecklistKey, "What has to hold after a rollback of everything, beside what Godwit looks at by itself: that the application is there and works");

    private static readonly Field s_attested = new(AttestedKey, new Shape.List(s_box) { Max = 200 }, "What people have to look at after a rollback of everything, and sign before the run counts as rolled back");

    /// <summary>Of a file that a runbook includes: what is looked at after a rollback, beside what the runbook itself says.</summary>
    public static Shape.Map Part { get; } = new(s_checklist, s_attested);

    public static Shape.Map Shape { get; } = new(
        new Field(MatrixKey, new Shape.List(s_row) { Min = 1, Max = 50 }, "Who decides on a rollback, by the time since the switch, the shortest first; without it Godwit's own table"),
        s_checklist,
        s_attested,
        new Field(WithinKey, new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(1)), "For how long `checklist` is asked again while one does not hold: of an application that restarts") { Default = DefaultWithin },
        new Field(UnchangedKey, new Shape.List(s_unchanged) { Max = 200 }, "Queries that are asked before the first step and again after a rollback, and have to answer the same: counts, hashes of what nobody writes meanwhile"));

    /// <param name="rollback">In normal form.</param>
    /// <param name="roles">That the runbook declares.</param>
    /// <param name="at">Where a value was written.</param>
    public static IEnumerable<Finding> FindFaults(JsonObject rollback, IReadOnlyCollection<string> roles, Func<string, Place.InFile?> at)
    {
        RollbackRow? before = null;
        var rows = rollback.Maps(MatrixKey).Select(RollbackRow.Read).ToList();
        foreach (var (i, row) in rows.Index())
        {
            var place = at($"/{MatrixKey}/{i}");
            if (before is not null && before.Until is null) yield return Wrong("No row follows one without \"until\"", place);
            else if (before?.Until >= row.Until) yield return Wrong("The times of the matrix do not rise", place);
            if (before is not null && row.Impact < before.Impact) yield return Wrong("The impact of a later row is not smaller than that of an earlier one", place);
            if (i == rows.Count - 1 && row.Until is not null) yield return Wrong("The last row of the matrix has an \"until\", and nothing holds after it", place, "Leave \"until\" out of the last row.");
            foreach (var role in row.Approvers.Where(r => roles.Count > 0 && !roles.Any(d => RoleName.Same(d, r))))
            {
                var meant = Suggestion.For(role, roles);
                yield return Finding.Error(
                    FindingCodes.RoleUnknown, $"The role \"{role}\" is not declared", place,
                    meant is null ? "Declare it under \"roles\", with the people who have it" : $"Did you mean \"{meant}\"?");
            }
            before = row;
        }
        foreach (var twice in rollback.Maps(AttestedKey).GroupBy(b => b.Text("id"), StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return Finding.Error(FindingCodes.DuplicateId, $"Two boxes have the id \"{twice.Key}\"", at($"/{AttestedKey}"), "Write another id");
        foreach (var finding in Check.CheckAll(rollback, ChecklistKey, at)) yield return finding;
        foreach (var twice in rollback.Maps(UnchangedKey).GroupBy(u => u.Text("name"), StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return Wrong($"Two queries of \"{UnchangedKey}\" have the name \"{twice.Key}\"", at($"/{UnchangedKey}"));
    }

    private static Finding Wrong(string message, Place.InFile? place, string? remedy = null) => Finding.Error(FindingCodes.RunbookValue, message, place, remedy);
}
