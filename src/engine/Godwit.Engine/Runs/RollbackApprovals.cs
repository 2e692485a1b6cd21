using System.Text.Json.Nodes;
using Godwit.Engine.People;
using Godwit.Engine.Rollback;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>Whether a rollback may begin, by the decision matrix; waits for those whose approval it takes where the run is told to.</summary>
internal sealed class RollbackApprovals(RunDesk desk)
{
    /// <summary>The rollback waits for people: <c>roles</c>, <c>missing</c>.</summary>
    public const string JournalKind = "rollback-waits";

    /// <summary>As of a gate that people open.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    /// <param name="run">Before anything of it is undone.</param>
    /// <param name="request">Who asks; null is not held against the matrix.</param>
    /// <param name="to">The phase that stays; null for none.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The run and its people as they were decided on, and what is missing.</returns>
    public async Task<(RunbookRun Run, PeopleRecords People, IReadOnlyList<Finding> Missing)> AskAsync(RunbookRun run, RollbackRequest? request, Phase? to, CancellationToken cancellation)
    {
        var began = desk.Options.Time.GetTimestamp();
        string? told = null;
        while (true)
        {
            var people = await desk.Store.ReadPeopleAsync(desk.Options.Known, cancellation);
            IReadOnlyList<Finding> missing = request is null ? [] : RollbackDecision.Judge(run, request, people, to);
            // Nobody can sign where nobody is pinned; and what people cannot mend is not waited for.
            if (missing.Count == 0 || !desk.Options.Wait || people.Register.IsUnused || missing.Any(f => f.Code != FindingCodes.RollbackNotApproved)) return (run, people, missing);
            var text = string.Join("; ", missing.Select(f => f.Message));
            if (told != text) await TellAsync(told = text, RollbackDecision.SignedFor(run, request!.Impact, people, to), cancellation);
            RunbookRun? later = null;
            while (later is null)
            {
                // Whoever agreed first would have to agree again by then.
                if (await desk.IsPauseAskedAsync(cancellation) || desk.Options.Time.GetElapsedTime(began) >= run.Plan.ApprovalsValid) return (run, people, missing);
                await Task.Delay(s_look, desk.Options.Time, cancellation);
                later = await FindAsync(cancellation);
            }
            run = later;
        }
    }

    private async Task TellAsync(string text, DemandStanding? standing, CancellationToken cancellation)
    {
        desk.Options.Observer.Note($"waits for people: {text}");
        var roles = standing?.Missing.Select(m => m.Role).Distinct(StringComparer.Ordinal) ?? [];
        await desk.NoteAsync(
            JournalKind, null, (_, _) => Task.CompletedTask, cancellation,
            new JsonObject { ["missing"] = text, ["roles"] = new JsonArray([.. roles.Select(r => JsonValue.Create(r))]) });
    }

    /// <summary>The run as it is by now: with its age, other people may have to agree. A target that does not answer for a moment is no reason to stop waiting.</summary>
    private async Task<RunbookRun?> FindAsync(CancellationToken cancellation)
    {
        try
        {
            return await desk.Store.ReadAsync(cancellation);
        }
        catch (TargetFaultException fault) when (fault.IsPassing || fault.Fault == TargetFault.ConnectionLost)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }
}
