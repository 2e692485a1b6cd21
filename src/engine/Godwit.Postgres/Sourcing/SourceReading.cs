using Godwit.Model.Findings;

namespace Godwit.Postgres.Sourcing;

/// <summary>A source, or why there is none.</summary>
public sealed record SourceReading(SourceDatabase? Database, IReadOnlyList<Finding> Findings)
{
    /// <summary>What is said of a server is said of either side in the same words: of which, is said here.</summary>
    public static Finding OfSource(Finding finding) => finding with
    {
        Code = finding.Code == FindingCodes.TargetUnreachable ? FindingCodes.SourceUnreadable : finding.Code,
        Message = $"The source: {finding.Message}",
    };
}
