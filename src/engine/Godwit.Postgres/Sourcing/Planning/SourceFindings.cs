using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Postgres.Sourcing.Planning;

/// <summary>Everything that planning saw, and what it leaves behind. Nothing stops at the first.</summary>
internal sealed class SourceFindings(Func<FindingCode, IReadOnlyList<string>, bool> isAccepted)
{
    private readonly List<Finding> _findings = [];
    private readonly List<NotMoved> _notMoved = [];

    public IReadOnlyList<Finding> All => _findings;

    public IReadOnlyList<NotMoved> NotMoved => _notMoved;

    public bool HasErrors => _findings.Exists(f => f.Severity == Severity.Error);

    public void Add(Finding finding) => _findings.Add(finding);

    public void AddRange(IEnumerable<Finding> findings) => _findings.AddRange(findings);

    /// <summary>Something stays behind because the mapping file says so.</summary>
    public void Drop(Finding finding, string kind, string name)
    {
        _findings.Add(finding with { Severity = Severity.Warning, Remedy = "The mapping file drops it." });
        _notMoved.Add(new NotMoved(kind, name, finding.Message, "", finding.Code));
    }

    /// <summary>Something stays behind: an error, until it is accepted.</summary>
    public void LeaveBehind(FindingCode code, string kind, string name, string? table, string why, string? text, string remedy)
    {
        string[] names = table is null ? [name] : [name, table];
        var message = $"The {kind} {name} is not moved: {why}.";
        _notMoved.Add(new NotMoved(kind, name, $"{message} {remedy}", text ?? "", code));
        var accepted = isAccepted(code, names);
        var finding = Finding.Error(code, message, new Place.InObject(kind, name), accepted ? remedy : $"{remedy} --accept {Word($"{code.Id}:{name}")} goes on without it.", text);
        _findings.Add(accepted ? finding with { Severity = Severity.Warning } : finding);
    }

    /// <summary>A word that a POSIX shell takes as one, whatever is in it.</summary>
    private static string Word(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':') ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
