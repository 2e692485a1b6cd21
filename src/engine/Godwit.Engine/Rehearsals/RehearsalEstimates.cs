using System.Globalization;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rehearsals;

/// <param name="Seconds">The median of the rehearsals, times <paramref name="Scale"/>.</param>
/// <param name="Scale">By how much the tables of the phase have grown since; 1 where that is little or not known.</param>
/// <param name="From">Where the figure comes from, in a few words.</param>
public sealed record RehearsedEstimate(double Seconds, double Scale, string From);

/// <summary>How long phases and steps of a plan are going to take, by its good rehearsals.</summary>
public sealed class RehearsalEstimates
{
    /// <summary>The newest so many are looked at.</summary>
    private const int Most = 5;

    /// <summary>Tables that differ by less are as large as they were.</summary>
    private const double Little = 0.1;

    private readonly IReadOnlyList<RehearsalRecord> _records;
    private readonly IReadOnlyDictionary<string, long> _rowsNow;

    /// <param name="good">Of the plan, the newest first.</param>
    /// <param name="rowsNow">Of the target's tables, about; -1 where nobody knows.</param>
    public RehearsalEstimates(IReadOnlyList<RehearsalRecord> good, IReadOnlyDictionary<string, long> rowsNow) => (_records, _rowsNow) = ([.. good.Take(Most)], rowsNow);

    public static RehearsalEstimates None { get; } = new([], new Dictionary<string, long>(StringComparer.Ordinal));

    public bool IsEmpty => _records.Count == 0;

    /// <summary>Null when no rehearsal carried it out.</summary>
    public RehearsedEstimate? Forward(Phase phase) => Of(phase, r => RehearsalTimes.Forward(r, phase));

    /// <summary>Null when no rehearsal took it back.</summary>
    public RehearsedEstimate? Back(Phase phase) => Of(phase, r => RehearsalTimes.Back(r, phase));

    /// <summary>Taking back one step; null when no rehearsal did.</summary>
    public double? Undo(Phase phase, string step)
    {
        var times = _records.Select(r => RehearsalTimes.Back(r, phase)?.Steps.FirstOrDefault(s => s.Step == step)).OfType<RehearsedFigures>().Select(s => s.Milliseconds / 1000.0).ToList();
        return times.Count == 0 ? null : Median(times) * Scale(phase);
    }

    private RehearsedEstimate? Of(Phase phase, Func<RehearsalRecord, RehearsedPhase?> figures)
    {
        var found = _records.Select(r => (Record: r, Figures: figures(r))).Where(f => f.Figures is not null).ToList();
        if (found.Count == 0) return null;
        var scale = Scale(phase);
        var from = $"median of {found.Count} rehearsal{(found.Count == 1 ? "" : "s")}, the newest of {found[0].Record.EndedAt.UtcDateTime:yyyy-MM-dd HH:mm}Z{(scale == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", times {scale:0.0#}: its tables have other sizes now"))}";
        return new RehearsedEstimate(Median([.. found.Select(f => f.Figures!.Milliseconds / 1000.0)]) * scale, scale, from);
    }

    /// <summary>By the rows of the tables that the phase locked, now and in the newest rehearsal.</summary>
    private double Scale(Phase phase)
    {
        if (_records.Count == 0) return 1;
        var record = _records[0];
        var touched = RehearsalTimes.Forward(record, phase)?.Steps.SelectMany(s => s.Locks).Select(l => l.Relation).Where(record.Rows.ContainsKey).Distinct(StringComparer.Ordinal).ToList() ?? [];
        var (then, now) = (touched.Sum(t => Math.Max(0, record.Rows[t])), touched.Sum(t => _rowsNow.GetValueOrDefault(t, -1)));
        if (then == 0 || now < 0 || touched.Exists(t => _rowsNow.GetValueOrDefault(t, -1) < 0)) return 1;
        var scale = now / (double)then;
        return Math.Abs(scale - 1) < Little ? 1 : scale;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }
}
