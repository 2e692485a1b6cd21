using Godwit.Engine.Mapping;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Planning;

namespace Godwit.Cli.Move;

/// <summary>The planner's options from the command's, with whatever is wrong about them.</summary>
internal static class PlanRequest
{
    /// <param name="request">What was asked for.</param>
    /// <param name="given">The mapping file's name and text, where it is not on disk.</param>
    public static (PlanOptions? Options, IReadOnlyList<Finding> Findings) Read(MoveRequest request, (string Path, string Text)? given = null)
    {
        var findings = new List<Finding>();
        var accepted = new List<Acceptance>();
        foreach (var text in request.Accept)
        {
            if (Acceptance.TryParse(text) is { } acceptance) accepted.Add(acceptance);
            else findings.Add(Finding.Error(
                FindingCodes.MapUnknown, $"--accept {text} names no finding that can be accepted",
                remedy: $"These can: {string.Join(", ", FindingCodes.All.Values.Where(c => c.Acceptable).Select(c => c.Id))}."));
        }
        MapFile? map = null;
        if ((given is var (name, content) ? MapFileReader.Read(content, name) : request.MapFile is { } path ? MapFileReader.ReadFile(path) : null) is { } reading)
        {
            findings.AddRange(reading.Findings);
            map = reading.Map;
        }
        if (findings.Any(f => f.Severity == Severity.Error)) return (null, findings);
        var options = new PlanOptions
        {
            Schema = request.Schema,
            Tables = request.Tables.Count == 0 ? null : request.Tables,
            Accept = accepted,
            Quarantine = request.Quarantine,
            Names = request.Names == "lower" ? NameStyle.Lower : NameStyle.Exact,
            Map = map ?? MapFile.Empty,
            RowsPerRange = request.RangeRows,
        };
        return (options, findings);
    }
}
