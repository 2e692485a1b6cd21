using System.Text.Json.Nodes;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>What the target is told of a step: its state, and the journal's entries about it.</summary>
internal sealed class StepNotes(IRunStore store, Retries retries)
{
    private static readonly SessionTerms Notes = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));

    private const int LongestReason = 4000;

    /// <summary>A step's state as it is committed.</summary>
    public Task<StepState> ReadStateAsync(StepSettings step, CancellationToken cancellation) =>
        retries.RunAsync(c => store.RecordAsync(step.Id, Notes, (ledger, token) => ledger.ReadStepAsync(step.Id, token), c), null, cancellation);

    /// <summary>A new state and the journal's entry of it, in one transaction.</summary>
    public Task<bool> SetAsync(StepSettings step, StepState state, string kind, IReadOnlyDictionary<string, string>? evidence, CancellationToken cancellation)
    {
        var again = false;
        return retries.RunAsync(
            c => store.RecordAsync(
                step.Id,
                Notes,
                async (ledger, token) =>
                {
                    // As above. Where a step begins it may have been in that state before: the note is then written again.
                    if (again && state is not (StepState.Applying or StepState.Undoing) && await ledger.ReadStepAsync(step.Id, token) == state) return true;
                    again = true;
                    await ledger.SetStepAsync(step.Id, state, token);
                    await ledger.JournalAsync(kind, Body(step, evidence), token);
                    return true;
                },
                c),
            null,
            cancellation);
    }

    /// <summary>Puts on record why a step did not come to its end.</summary>
    /// <returns><paramref name="result"/>.</returns>
    public async Task<StepResult> RefuseAsync(StepSettings step, string kind, StepResult result, CancellationToken cancellation)
    {
        var body = Body(step, result.Evidence);
        var reason = result switch
        {
            StepResult.Failed failed => string.Join("; ", failed.Findings.Select(f => $"{f.Code}: {f.Message}")),
            StepResult.Undecided undecided => undecided.Reason,
            _ => "",
        };
        // An entry has its limit, and the findings are told elsewhere in full.
        body["reason"] = reason.Length > LongestReason ? reason[..LongestReason] : reason;
        if (result is StepResult.Undecided) body["undecided"] = true;
        await retries.RunAsync(
            c => store.RecordAsync(
                step.Id,
                Notes,
                async (ledger, token) =>
                {
                    await ledger.JournalAsync(kind, body, token);
                    return true;
                },
                c),
            null,
            cancellation);
        return result;
    }

    /// <summary>Of an entry about a step.</summary>
    public static JsonObject Body(StepSettings step, IReadOnlyDictionary<string, string>? evidence)
    {
        var body = new JsonObject { ["step"] = step.Id, ["kind"] = step.Kind };
        if (evidence is { Count: > 0 }) body["evidence"] = new JsonObject(evidence.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value)));
        return body;
    }
}
