using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Figures;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tripwires;

/// <summary>A watched figure with its bounds, and what is done when it leaves them.</summary>
public sealed record Tripwire
{
    /// <summary>The way back as a whole, among the phases in which a tripwire watches.</summary>
    public const string WayBack = "rollback";

    /// <summary>Of the one that every run with a move has.</summary>
    public const string NoLoss = "godwit.no-loss";

    public required string Id { get; init; }

    public string? Title { get; init; }

    public required FigureSource Source { get; init; }

    public required TripwireBounds Bounds { get; init; }

    public required TimeSpan Every { get; init; }

    public required TimeSpan For { get; init; }

    /// <summary>How long there may be no number.</summary>
    public required TimeSpan Silence { get; init; }

    public required TripwireAction OnSilence { get; init; }

    public required string Aggregate { get; init; }

    public required TimeSpan Window { get; init; }

    /// <summary>How many numbers the window has to hold.</summary>
    public required int Enough { get; init; }

    /// <summary>How long it is looked at before the first phase; zero is not at all.</summary>
    public required TimeSpan BaselineFor { get; init; }

    public required TripwireAction Action { get; init; }

    /// <summary>How long the step at hand may take to stop by itself.</summary>
    public TimeSpan StopWithin { get; init; } = TimeSpan.FromSeconds(30);

    public required IReadOnlyList<string> Phases { get; init; }

    public bool Watches(Phase phase, bool back) => Phases.Contains(back ? WayBack : PhaseNames.Of(phase), StringComparer.Ordinal);

    /// <param name="item">In the normal form of <see cref="TripwireShape"/>.</param>
    public static Tripwire Read(JsonObject item)
    {
        var source = FigureSource.Read(item, new Dictionary<string, PlannedFile>(StringComparer.Ordinal)) ?? throw new ArgumentException("a tripwire without a source", nameof(item));
        var every = item.DurationOrNull("every") ?? TimeSpan.FromSeconds(30);
        var aggregate = item.TextOrNull("aggregate") ?? (source is FigureSource.Log ? SampleWindow.Sum : SampleWindow.Last);
        var silence = item.MapOrNull("no_data");
        return new Tripwire
        {
            Id = item.Text("id"),
            Title = item.TextOrNull("title"),
            Source = source,
            Bounds = TripwireBounds.Read(item),
            Every = every,
            For = item.DurationOrNull("for") ?? TimeSpan.Zero,
            Silence = silence?.DurationOrNull("after") ?? DefaultSilence(every),
            OnSilence = ActionOf(silence?.TextOrNull("action") ?? "pause"),
            Aggregate = aggregate,
            Window = item.DurationOrNull("window") ?? (SampleWindow.NeedsWindow(aggregate) ? TimeSpan.FromMinutes(1) : TimeSpan.Zero),
            Enough = (int)(item.WholeOrNull("enough") ?? 1),
            // Of its own figures a run knows that they are nothing before it begins.
            BaselineFor = source is FigureSource.Run { Name: not RunFigures.ReplicationLag } ? TimeSpan.Zero : item.DurationOrNull("baseline") ?? TimeSpan.FromSeconds(30),
            Action = ActionOf(item.TextOrNull("action") ?? "pause"),
            StopWithin = item.DurationOrNull("stop_within") ?? TimeSpan.FromSeconds(30),
            Phases = item.Texts("phases") is { Count: > 0 } phases ? phases : TripwireShape.DefaultPhases,
        };
    }

    /// <summary>All of a plan's, its own first, and the one that a move brings with it: a move tolerates no loss at all.</summary>
    public static IReadOnlyList<Tripwire> Of(RunbookPlan plan)
    {
        var own = plan.Tripwires.OfType<JsonObject>().Select(Read).ToList();
        if (!plan.Phases.SelectMany(p => p.Steps).Any(s => s.Kind == "move")) return own;
        return
        [
            .. own,
            new Tripwire
            {
                Id = NoLoss, Title = "a move loses nothing", Source = new FigureSource.Run(RunFigures.Mismatches), Bounds = new TripwireBounds(0, null), Every = TimeSpan.FromSeconds(10), For = TimeSpan.Zero,
                Silence = DefaultSilence(TimeSpan.FromSeconds(10)), OnSilence = TripwireAction.Pause, Aggregate = SampleWindow.Last, Window = TimeSpan.Zero, Enough = 1, BaselineFor = TimeSpan.Zero,
                Action = TripwireAction.Pause, Phases = [.. PhaseNames.All.Select(PhaseNames.Of)],
            },
        ];
    }

    public static TimeSpan DefaultSilence(TimeSpan every) => every * 4 > TimeSpan.FromMinutes(2) ? every * 4 : TimeSpan.FromMinutes(2);

    public static string WordOf(TripwireAction action) => action.ToString().ToLowerInvariant();

    public static TripwireAction ActionOf(string word) => Enum.Parse<TripwireAction>(word, ignoreCase: true);

    /// <summary>What is watched and what is done, in one line for people.</summary>
    public string Describe(decimal? baseline) =>
        $"{(SampleWindow.NeedsWindow(Aggregate) ? $"{Aggregate} over {DurationText.Write(Window)} of " : "")}{Source.Describe()} {Bounds.Describe(baseline)}{(For > TimeSpan.Zero ? $" for {DurationText.Write(For)}" : "")}: {WordOf(Action)}";
}
