using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Planning;

/// <summary>Everything that planning saw, and what it leaves behind. Nothing stops at the first.</summary>
internal sealed class PlanFindings(IReadOnlyList<Acceptance> accepted)
{
    private readonly List<Finding> _findings = [];
    private readonly List<NotMoved> _notMoved = [];

    public IReadOnlyList<Finding> All => _findings;

    public IReadOnlyList<NotMoved> NotMoved => _notMoved;

    public bool HasErrors => _findings.Exists(f => f.Severity == Severity.Error);

    public void Add(Finding finding) => _findings.Add(finding);

    public void AddRange(IEnumerable<Finding> findings) => _findings.AddRange(findings);

    /// <summary>Takes an error in. Where the user accepted it, it is kept as a warning, and the answer is true.</summary>
    /// <param name="names">Under which names, beside the finding's own, it may have been accepted.</param>
    public bool Accepts(Finding error, params ReadOnlySpan<string> names)
    {
        string[] all = [.. names, .. OwnNames(error)];
        var isAccepted = error.Code.Acceptable && accepted.Any(a => a.Covers(error.Code, all));
        _findings.Add(isAccepted ? error with { Severity = Severity.Warning } : WithHint(error));
        return isAccepted;
    }

    /// <summary>An object that is not moved: the error, and its entry in not-moved.sql for when it is accepted.</summary>
    public bool AcceptsLoss(Finding error, string kind, string name, params ReadOnlySpan<string> names)
    {
        error = error with { Message = Ended(error.Message) };
        LeaveBehind(error, kind, name);
        return Accepts(error, [name, .. names]);
    }

    public void LeaveBehind(Finding finding, string kind, string name)
    {
        var reason = finding.Remedy is { } remedy ? $"{finding.Message} {remedy}" : finding.Message;
        _notMoved.Add(new NotMoved(kind, name, reason, finding.SourceText ?? "", finding.Code));
    }

    /// <summary>A reason that came from elsewhere may lack its full stop.</summary>
    private static string Ended(string sentence) => sentence.EndsWith('.') ? sentence : sentence + ".";

    private static IEnumerable<string> OwnNames(Finding finding) => finding.Place switch
    {
        Place.InTable table => [table.Table],
        Place.InObject @object => [@object.Name],
        _ => [],
    };

    /// <summary>A word that a POSIX shell takes as one, whatever is in it.</summary>
    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':') ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static Finding WithHint(Finding error)
    {
        if (!error.Code.Acceptable) return error;
        var name = OwnNames(error).FirstOrDefault();
        var hint = $"--accept {Quoted(error.Code.Id + (name is null ? "" : $":{name}"))} goes on without it.";
        return error with { Remedy = error.Remedy is { } remedy ? $"{remedy} {hint}" : hint };
    }
}
