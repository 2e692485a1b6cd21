using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rehearsals;

/// <summary>How long a rehearsal took, of each part the figure that says most about a real run.</summary>
public static class RehearsalTimes
{
    /// <summary>The first time that the phase was carried out whole; null when it never was.</summary>
    public static RehearsedPhase? Forward(RehearsalRecord record, Phase phase) => First(record, phase, back: false);

    /// <summary>The first time that it was taken back; null when it was not.</summary>
    public static RehearsedPhase? Back(RehearsalRecord record, Phase phase) => First(record, phase, back: true);

    /// <summary>From the beginning to the end of observe, without the time that waits take in a real run.</summary>
    public static TimeSpan Forward(RehearsalRecord record) => Sum(record, Forward);

    /// <summary>Everything that can be taken back.</summary>
    public static TimeSpan Back(RehearsalRecord record) => Sum(record, Back);

    private static TimeSpan Sum(RehearsalRecord record, Func<RehearsalRecord, Phase, RehearsedPhase?> of) =>
        TimeSpan.FromMilliseconds(PhaseNames.All.Where(p => p != Phase.Contract).Sum(p => of(record, p)?.Milliseconds ?? 0));

    private static RehearsedPhase? First(RehearsalRecord record, Phase phase, bool back)
    {
        var name = PhaseNames.Of(phase);
        return record.Legs.Where(l => RehearsalLegs.IsBack(l.Name) == back).SelectMany(l => l.Phases).FirstOrDefault(p => p.Phase == name);
    }
}
