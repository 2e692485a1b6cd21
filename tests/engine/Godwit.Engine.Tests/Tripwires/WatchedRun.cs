using System.Text.Json.Nodes;
using Godwit.Engine.Figures;
using Godwit.Engine.Gates;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Engine.Tests.Requests;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Tripwires;

/// <summary>A run of which nothing is there but its tripwires, in the phase switch; a figure is asked for by its query and answered from here.</summary>
internal sealed class WatchedRun : IFigureQueries, IRunObserver, IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Func<string?>> _figures = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    private WatchedRun(MemoryStore store) => Store = store;

    public MemoryStore Store { get; }

    public TripwireWatch Watch { get; private set; } = null!;

    public IReadOnlyList<string> Notes
    {
        get
        {
            lock (_lock) return [.. _notes];
        }
    }

    /// <param name="figures">What each query answers at first.</param>
    /// <param name="tripwires">In normal form.</param>
    public static async Task<WatchedRun> BeginAsync(IReadOnlyDictionary<string, Func<string?>> figures, params string[] tripwires)
    {
        var plan = new RunbookPlan
        {
            Name = "watched", Parameters = new Dictionary<string, string>(StringComparer.Ordinal), Roles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), KeepOld = TimeSpan.Zero,
            Files = new Dictionary<string, PlannedFile>(StringComparer.Ordinal), Phases = [new PhaseSettings(Phase.Switch, TimeSpan.FromMinutes(5), [], [])],
            Tripwires = new JsonArray([.. tripwires.Select(t => JsonNode.Parse(t))]),
        };
        var run = new WatchedRun(new MemoryStore(plan));
        foreach (var (query, answer) in figures) run.Answer(query, answer);
        var options = new RunnerOptions
        {
            Kinds = new RunbookKinds([], []), Time = TimeProvider.System, Environment = new Given(), Folder = ".", Observer = run, Jitter = new Random(1), Queries = run,
        };
        run.Watch = await TripwireWatch.BeginAsync(run.Store, options, new RunFigures(TimeProvider.System), seen: false, back: false, () => { }, TestContext.Current.CancellationToken);
        return run;
    }

    public void Answer(string query, Func<string?> answer)
    {
        lock (_lock) _figures[query] = answer;
    }

    public Task<(string? Answer, string? Fault)> AskAsync(string? source, string query, SessionTerms terms, CancellationToken cancellation)
    {
        Func<string?> figure;
        lock (_lock) figure = _figures[query];
        return Task.FromResult(figure() is { } answer ? (answer, (string?)null) : (null, "it does not answer"));
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < s_patience, "it did not come");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => Watch.DisposeAsync();

    public void Note(string text)
    {
        lock (_lock) _notes.Add(text);
    }

    public void PhaseBegins(Phase phase) => Note("phase");

    public void StepBegins(string step, string title, bool undo) => Note(step);

    public void StepEnds(string step, bool undo) => Note(step);

    public void Gate(string gate, GateVerdict verdict) => Note(gate);

    public void Report(long done, long? total, string? note = null) => Note(note ?? "");
}
