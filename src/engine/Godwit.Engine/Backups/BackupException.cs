using Godwit.Model.Findings;

namespace Godwit.Engine.Backups;

/// <summary>A backup cannot be made, verified or restored; the findings say why. Thrown where a dozen layers would otherwise hand it up, and caught where a command or step begins.</summary>
public sealed class BackupException(IReadOnlyList<Finding> findings) : Exception(string.Join("; ", findings.Select(f => f.Message)))
{
    public BackupException(FindingCode code, string message, string? remedy = null)
        : this([Finding.Error(code, message, null, remedy)])
    {
    }

    public IReadOnlyList<Finding> Findings { get; } = findings;
}
