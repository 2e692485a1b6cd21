using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Http;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rollback;

/// <summary>What a rollback has to give back: noted in the journal before a run's first step.</summary>
/// <param name="Catalog">SHA-256 of the target's catalog.</param>
/// <param name="Traces">What was out of order then.</param>
/// <param name="Answers">Of the queries that have to answer the same afterwards, by name: a digest, since an answer may be a row's value; null where there was none.</param>
public sealed record StateBefore(string Catalog, TargetTraces Traces, IReadOnlyDictionary<string, string?> Answers)
{
    public const string JournalKind = "state-before";

    public static async Task<StateBefore> TakeAsync(IRunStore store, RunnerOptions options, string catalog, CancellationToken cancellation) =>
        new(catalog, await store.ReadTracesAsync(cancellation), await AskAsync(store, options, cancellation));

    public static async Task<StateBefore?> FindAsync(IRunStore store, CancellationToken cancellation)
    {
        if (await store.ReadNoteAsync(JournalKind, cancellation) is not { } note) return null;
        return new StateBefore(
            note.Text("catalog"), TargetTraces.Read(note.Map("traces")),
            note.Map("answers").ToDictionary(a => a.Key, a => (string?)a.Value, StringComparer.Ordinal));
    }

    public JsonObject Write() => new()
    {
        ["answers"] = new JsonObject(Answers.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))),
        ["catalog"] = Catalog,
        ["traces"] = Traces.Write(),
    };

    /// <summary>Asks the queries anew.</summary>
    public static async Task<IReadOnlyDictionary<string, string?>> AskAsync(IRunStore store, RunnerOptions options, CancellationToken cancellation)
    {
        var answers = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        var runner = new CheckRunner(store, options.Environment, options.Time, HttpSender.Shared, options.CheckSources);
        foreach (var query in store.Plan.Rollback?.Maps(RollbackShape.UnchangedKey) ?? [])
        {
            var (answer, fault) = await runner.QueryAsync(query.Text("query"), Check.TermsOf(query), cancellation);
            answers[query.Text("name")] = fault is not null ? null : await store.DigestAsync(answer ?? "", cancellation);
        }
        return answers;
    }
}
