using System.Diagnostics.CodeAnalysis;
using Godwit.Model.Findings;

namespace Godwit.Sqlite.Opening;

/// <summary>An opened source, perhaps with notes; or none, and the errors that say why.</summary>
public sealed record SourceOpenResult(SourceFile? File, IReadOnlyList<Finding> Findings)
{
    [MemberNotNullWhen(true, nameof(File))]
    public bool IsOpen => File is not null;

    internal static SourceOpenResult Refused(params IReadOnlyList<Finding> findings) => new(null, findings);
}
