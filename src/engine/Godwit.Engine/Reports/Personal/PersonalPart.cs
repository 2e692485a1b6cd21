using Godwit.Engine.PersonalData;

namespace Godwit.Engine.Reports.Personal;

/// <summary>Where personal data was touched: inventory, flow, and the facts that a record of processing activities and an assessment of impact ask for. Names and counts; never a value.</summary>
internal static class PersonalPart
{
    private const string NotSaid = "not said";

    private const int MostUndeclared = 60;

    public static IEnumerable<ReportBlock> Of(ReportContext context)
    {
        var inventory = context.Personal;
        yield return new ReportBlock.Heading("Personal data");
        if (inventory.Declared is not { } declared)
        {
            yield return new ReportBlock.Caution("The runbook does not say which columns hold personal data (`personal_data:`): what is below is a guess by names.");
        }
        else
        {
            yield return new ReportBlock.Paragraph("Declared by the runbook. What was done to it is derived from the plan and the journal; a step that reaches it by a view or a function is not seen.");
            foreach (var block in Inventory(inventory)) yield return block;
            foreach (var block in DataFlow.Of(context)) yield return block;
            foreach (var block in Processing(declared, inventory)) yield return block;
            foreach (var block in Impact(context, declared)) yield return block;
        }
        foreach (var block in Undeclared(inventory)) yield return block;
    }

    private static IEnumerable<ReportBlock> Inventory(PersonalInventory inventory)
    {
        yield return new ReportBlock.Heading("Inventory, and how each column is protected", 2);
        yield return new ReportBlock.Table(["column", "category", "before the run", "after it", "protection that the run gave it"], [.. inventory.Entries.Select(e => (IReadOnlyList<string>)
        [
            e.Column.Name, e.Column.Category, There(e.Before), There(e.After),
            string.Join("; ", e.Touches.Where(t => t is { Writes: true, Done: true }).Select(t => $"{t.How} (step {t.By})").Distinct(StringComparer.Ordinal)) is { Length: > 0 } how ? how : "none by this run",
        ])]);
        foreach (var gone in inventory.Entries.Where(e => e is { Before: false, After: false })) yield return new ReportBlock.Caution($"{gone.Column.Name} is declared, and was there neither before the run nor after it.");
        var touches = inventory.Entries.SelectMany(e => e.Touches.Select(t => (e.Column, Touch: t))).ToList();
        yield return new ReportBlock.Heading("What touched it", 2);
        if (touches.Count == 0) yield return new ReportBlock.Paragraph("No step or gate of the plan has to do with the declared columns.");
        else
        {
            yield return new ReportBlock.Table(["column", "step or gate", "what it does", "from or into", "protection", "rows or parts", "state"], [.. touches.Select(t => (IReadOnlyList<string>)
                [t.Column.Name, t.Touch.By, t.Touch.Does, t.Touch.Other ?? "", t.Touch.How, t.Touch.Rows is { } rows ? ReportText.Count(rows) : "", t.Touch.State])]);
        }
    }

    private static IEnumerable<ReportBlock> Processing(PersonalDataSettings declared, PersonalInventory inventory)
    {
        yield return new ReportBlock.Heading("For the record of processing activities", 2);
        yield return new ReportBlock.Facts([["activity", declared.Activity ?? NotSaid], ["controller", declared.Controller ?? NotSaid], ["measures", Measures(inventory)]]);
        yield return new ReportBlock.Table(["column", "purpose", "ground", "whose data", "recipients", "erased", "third countries"], [.. declared.Columns.Select(c => (IReadOnlyList<string>)
            [c.Name, c.Purpose ?? NotSaid, c.Basis ?? NotSaid, List(c.Subjects), List(c.Recipients), c.Retention ?? NotSaid, c.Transfers ?? NotSaid])]);
    }

    private static IEnumerable<ReportBlock> Impact(ReportContext context, PersonalDataSettings declared)
    {
        var inventory = context.Personal;
        yield return new ReportBlock.Heading("For an assessment of impact", 2);
        yield return new ReportBlock.Facts(
        [
            ["needed", declared.Dpia is { } dpia ? $"{(dpia.Needed ? "yes" : "no")}: {dpia.Because}" : "nobody said: whoever answers for the processing has to decide"],
            ["the assessment", declared.Dpia is { Needed: false } ? "-" : declared.Dpia?.Document ?? NotSaid],
            ["columns of articles 9 and 10", inventory.Entries.Count(e => e.Column.Category is "special" or "criminal") is > 0 and var special ? ReportText.Count(special) : "none declared"],
            ["rows or parts that steps touched", ReportText.Count(inventory.Entries.SelectMany(e => e.Touches).Where(t => t is { Done: true, Rows: not null }).DistinctBy(t => t.By, StringComparer.Ordinal).Sum(t => t.Rows!.Value))],
            ["columns that were made unreadable", ReportText.Count(inventory.Protected.Count())],
            ["copies beside the target", Copies(context)],
        ]);
    }

    private static IEnumerable<ReportBlock> Undeclared(PersonalInventory inventory)
    {
        if (!inventory.Looked) yield return new ReportBlock.Paragraph("There is no catalog on record: whether columns look personal could not be told.");
        else if (inventory.Undeclared.Count == 0) yield return new ReportBlock.Paragraph("No other column looks personal by its name. Names say little: what is in a column of JSON or free text, they do not tell.");
        else
        {
            yield return new ReportBlock.Heading("Columns that look personal, and of which nothing is said", 2);
            yield return new ReportBlock.Table(["column", "why"], [.. inventory.Undeclared.Take(MostUndeclared).Select(u => (IReadOnlyList<string>)[u.Column, u.Why])]);
            yield return new ReportBlock.Caution($"{ReportText.Count(inventory.Undeclared.Count)} in all{(inventory.Undeclared.Count > MostUndeclared ? $", the first {MostUndeclared} are shown" : "")}. Somebody has to look: `personal_data:` of the runbook declares them under `tables`, or says under `ignore` that they are not personal.");
        }
    }

    private static string Measures(PersonalInventory inventory) =>
        string.Join("; ", inventory.Entries.SelectMany(e => e.Touches).Where(t => t is { Writes: true, Done: true, Protection: not (PersonalProtection.None or PersonalProtection.Unknown) }).Select(t => t.How).Distinct(StringComparer.Ordinal)) is { Length: > 0 } measures
            ? measures
            : "this run shows none for the data itself";

    private static string Copies(ReportContext context) =>
        string.Join("; ", DataFlow.Copies(context)) is { Length: > 0 } copies ? copies : "none on record";

    private static string There(bool? there) => there switch { true => "there", false => "not there", _ => "not known" };

    private static string List(IReadOnlyList<string> texts) => texts.Count == 0 ? NotSaid : string.Join(", ", texts);
}
