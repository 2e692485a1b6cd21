namespace Godwit.Engine.Reports;

/// <summary>For whom a report is.</summary>
public enum ReportKind
{
    /// <summary>Everything.</summary>
    Full,

    /// <summary>For whoever judges how the change was made: everything but the schemas.</summary>
    Auditors,

    /// <summary>One page for whoever has to know that it was done, and not how.</summary>
    Stakeholders,

    /// <summary>What is known when people sit together after something went wrong.</summary>
    PostMortem,
}

/// <summary>Kinds of reports as the command line names them.</summary>
public static class ReportKinds
{
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetValues<ReportKind>().Select(Word)];

    public static string Word(ReportKind kind) => kind == ReportKind.PostMortem ? "post-mortem" : kind.ToString().ToLowerInvariant();

    public static ReportKind? Find(string word) => Enum.GetValues<ReportKind>().Where(k => Word(k) == word).Select(k => (ReportKind?)k).FirstOrDefault();
}
