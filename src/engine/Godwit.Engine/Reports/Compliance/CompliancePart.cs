using Godwit.Engine.Journal;

namespace Godwit.Engine.Reports.Compliance;

/// <summary>What a run shows under the headings that auditors ask by, what it does not, and what is left to people.</summary>
internal static class CompliancePart
{
    public static IReadOnlyList<Framework> Frameworks { get; } = [Gdpr.Framework, PciDss.Framework, Soc2.Framework, Iso27001.Framework];

    public static IEnumerable<ReportBlock> Of(ReportContext context)
    {
        var evidence = EvidenceOfRun.Of(context);
        yield return new ReportBlock.Heading("Evidence by GDPR, PCI DSS, SOC 2 and ISO/IEC 27001");
        yield return new ReportBlock.Caution("This says what the record of one run shows, and where. It does not say that anybody complies with anything: that is for those who answer for the system, and for their assessors.");
        switch (context.Record.Verdict.State)
        {
            case JournalState.Broken: yield return new ReportBlock.Caution("The journal does not hold together: nothing counts as shown."); break;
            case JournalState.UnknownSigner or JournalState.Unsigned: yield return new ReportBlock.Caution("No key that is known here signed the journal: what it shows, anybody could have written."); break;
        }
        foreach (var framework in Frameworks)
        {
            yield return new ReportBlock.Heading(framework.Name, 2);
            yield return new ReportBlock.Paragraph(framework.Note + Scope(framework, context));
            yield return new ReportBlock.Matrix(["what it is about", "shown by this run", "not shown by this run", "left to people"], [.. framework.Controls.Select(c => Row(c, evidence))]);
        }
    }

    private static IReadOnlyList<IReadOnlyList<string>> Row(Control control, IReadOnlyDictionary<Evidence, Shown> evidence)
    {
        var all = control.By.Select(b => evidence[b]).ToList();
        return [[$"{control.Id}: {control.Topic}"], [.. all.Where(s => s.Is).Select(s => s.Text)], [.. all.Where(s => !s.Is).Select(s => s.Text).Distinct(StringComparer.Ordinal)], [control.LeftTo]];
    }

    private static string Scope(Framework framework, ReportContext context) => framework != PciDss.Framework ? "" : context.Personal.Holds("cardholder")
        ? " The runbook declares columns that hold cardholder data." : " The runbook declares no column that holds cardholder data.";
}
