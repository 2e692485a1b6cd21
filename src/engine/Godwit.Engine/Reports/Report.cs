namespace Godwit.Engine.Reports;

/// <summary>A report as what it says, before it is Markdown or HTML.</summary>
public sealed record Report(string Title, IReadOnlyList<ReportBlock> Blocks);

public abstract record ReportBlock
{
    private ReportBlock()
    {
    }

    public sealed record Heading(string Text) : ReportBlock;

    public sealed record Paragraph(string Text) : ReportBlock;

    public sealed record Table(IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows) : ReportBlock;

    /// <summary>Lines that are shown as they are.</summary>
    public sealed record Listing(string Title, IReadOnlyList<string> Lines) : ReportBlock;
}
