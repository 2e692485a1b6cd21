namespace Godwit.Engine.Reports;

/// <summary>A report as what it says, before it is Markdown or HTML.</summary>
public sealed record Report(string Title, IReadOnlyList<ReportBlock> Blocks)
{
    /// <summary>Whether its tables are so wide that it is printed across the page.</summary>
    public bool IsWide { get; init; }

    /// <summary>What stands at the foot of each printed page: a run's id, never a text of somebody's.</summary>
    public string Foot { get; init; } = "";
}

public abstract record ReportBlock
{
    private ReportBlock()
    {
    }

    /// <param name="Level">1 is a part of the report, 2 a part of that.</param>
    public sealed record Heading(string Text, int Level = 1) : ReportBlock;

    public sealed record Paragraph(string Text) : ReportBlock;

    /// <summary>What nobody may overlook.</summary>
    public sealed record Caution(string Text) : ReportBlock;

    public sealed record Items(IReadOnlyList<string> Texts) : ReportBlock;

    /// <summary>Names and what they stand for.</summary>
    public sealed record Facts(IReadOnlyList<IReadOnlyList<string>> Rows) : ReportBlock;

    /// <summary>A few figures that are seen first.</summary>
    public sealed record Figures(IReadOnlyList<ReportFigure> All) : ReportBlock;

    public sealed record Table(IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows) : ReportBlock;

    /// <summary>A table whose cells hold lists.</summary>
    public sealed record Matrix(IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<IReadOnlyList<string>>> Rows) : ReportBlock;

    /// <summary>Lines that are shown as they are; on a screen, when somebody asks for them.</summary>
    public sealed record Listing(string Title, IReadOnlyList<string> Lines) : ReportBlock
    {
        /// <summary>Whether it is shown at once, and so is printed.</summary>
        public bool IsOpen { get; init; }
    }

    /// <summary>What only people know, and are to write down.</summary>
    public sealed record Blank(string Question) : ReportBlock;
}

/// <param name="Mark">Whether it is good news.</param>
public sealed record ReportFigure(string Name, string Value, ReportMark Mark = ReportMark.None);

public enum ReportMark
{
    None,
    Good,
    Careful,
    Bad,
}
