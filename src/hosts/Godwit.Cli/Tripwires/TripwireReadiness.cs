using Godwit.Engine.Figures;
using Godwit.Engine.Steps;
using Godwit.Engine.Tripwires;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Tripwires;

/// <summary>Whether this machine has what the tripwires of a plan need.</summary>
internal static class TripwireReadiness
{
    /// <param name="plan">The plan.</param>
    /// <param name="folder">The runbook's.</param>
    /// <param name="environment">Where variables come from.</param>
    /// <param name="here">Whether a run of it begins here: what is missing is an error then, and else a warning, since it may be there where it runs.</param>
    public static IEnumerable<Finding> Find(RunbookPlan plan, string folder, IRunEnvironment environment, bool here)
    {
        foreach (var tripwire in Tripwire.Of(plan))
        {
            foreach (var variable in tripwire.Source.Variables.Distinct(StringComparer.Ordinal).Where(v => environment.Find(v) is not { Length: > 0 }))
                yield return Make(here, FindingCodes.TripwireVariable, $"tripwire {tripwire.Id} needs {variable}, which is not set", $"Set {variable}, or {variable}_FILE to the path of a file that holds it.");
            if (tripwire.Source is FigureSource.Log log && Unreadable(Path.Combine(folder, log.Path)) is { } why)
                yield return Make(here && tripwire.BaselineFor > TimeSpan.Zero, FindingCodes.TripwireLog, $"tripwire {tripwire.Id}: {log.Path} cannot be read: {why}", "Give godwit's user the right to read it; `baseline: 0s` is for a file that is only there later.");
        }
    }

    /// <summary>Asks each of them once: what is no number now is not going to be one.</summary>
    public static async Task<IReadOnlyList<Finding>> AskAsync(RunbookPlan plan, FigureContext context, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        foreach (var tripwire in Tripwire.Of(plan).Where(t => t.BaselineFor > TimeSpan.Zero))
        {
            using var reader = new FigureReader(tripwire.Source, context);
            var reading = await reader.ReadAsync(cancellation);
            if (reading.Why is { } why)
                findings.Add(Finding.Warning(FindingCodes.TripwireQuery, $"tripwire {tripwire.Id}: {tripwire.Source.Describe()} gave no number: {why}", null, "A run would pause before its first phase."));
            else if (!tripwire.Bounds.IsRelative && tripwire.Aggregate == SampleWindow.Last && tripwire.Bounds.IsOut(reading.Number!.Value, null))
                findings.Add(Finding.Warning(FindingCodes.TripwireQuery, $"tripwire {tripwire.Id} is out of its bounds already: {Engine.Expectations.Expectation.Write(reading.Number.Value)}, {tripwire.Bounds.Describe(null)}"));
        }
        return findings;
    }

    private static Finding Make(bool error, FindingCode code, string message, string remedy) => error ? Finding.Error(code, message, null, remedy) : Finding.Warning(code, message, null, remedy);

    private static string? Unreadable(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is FileNotFoundException or DirectoryNotFoundException ? "it is not there" : e.GetType().Name;
        }
    }
}
