using System.Globalization;
using Godwit.Cli.Runs;
using Godwit.Engine.Rehearsals;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Rehearsals;

/// <summary>What a rehearsal was like, for people: a table of its phases, and what it did otherwise than a real run.</summary>
internal static class RehearsalText
{
    private const int MostLocks = 8;

    public static void Print(RunConsole console, RehearsalRecord record)
    {
        var out_ = console.Console;
        out_.Line($"rehearsal {record.Id.ToString()[..8]} on backup {record.Copy.Backup}: {(record.Outcome == RehearsalOutcome.Good ? "good" : "failed")}, {Seconds((record.EndedAt - record.BeganAt).TotalMilliseconds)} in all");
        var legs = record.Legs.ToLookup(l => l.Name, StringComparer.Ordinal);
        out_.Line($"  {"phase",-10} {"forward",10} {"back",10} {"again",10}  strongest lock seen");
        foreach (var phase in PhaseNames.All.Select(PhaseNames.Of).Where(p => record.Legs.Any(l => l.Phases.Any(f => f.Phase == p))))
        {
            string[] forward = phase == PhaseNames.Of(Phase.Contract) ? [RehearsalLegs.Contract] : [RehearsalLegs.Forward, RehearsalLegs.Again];
            string[] back = phase == PhaseNames.Of(Phase.Contract) ? [RehearsalLegs.ContractBack] : [RehearsalLegs.Back, RehearsalLegs.BackToReturn];
            string[] again = phase == PhaseNames.Of(Phase.Contract) ? [RehearsalLegs.ContractAgain] : [RehearsalLegs.Again, RehearsalLegs.AgainFromReturn];
            out_.Line($"  {phase,-10} {Of(forward),10} {Of(back),10} {Of(again),10}  {Strongest(record, phase)}");

            string Of(string[] names) => names.SelectMany(n => legs[n]).SelectMany(l => l.Phases).FirstOrDefault(f => f.Phase == phase) is { } figures ? Seconds(figures.Milliseconds) : "-";
        }
        foreach (var (step, held) in Locks(record)) out_.Line($"  {step}: {held}");
        if (record.Copy is { IsWhole: false, Kept: { } kept }) out_.Line($"  [yellow]cut down[/] to {kept.After} of {kept.Before} rows: it stands for no rehearsal on all of them");
        foreach (var taken in record.TakenAway) out_.Line($"  taken away from the copy: {taken}");
        foreach (var (step, why) in record.Skipped) out_.Line($"  [yellow]left out[/] {step}: {why}");
        if (record.NotAsked.Count > 0) out_.Line($"  not asked: {string.Join(", ", record.NotAsked.Select(n => $"{n.Key} ({n.Value})"))}");
        if (record.Shortened.Count > 0) out_.Line($"  waited less: {string.Join(", ", record.Shortened.Select(s => $"{s.Key} (in a run {s.Value} s)"))}");
        foreach (var violation in record.Violations) out_.Line($"  [red]violated:[/] {violation}");
        out_.Line($"  [grey]locks of transactions are all there; those outside were looked at every {record.Sampling.EveryMilliseconds} ms, {record.Sampling.Looks} times, and shorter ones may be missing[/]");
    }

    private static string Strongest(RehearsalRecord record, string phase)
    {
        var locks = record.Legs.Where(l => !RehearsalLegs.IsBack(l.Name)).SelectMany(l => l.Phases).Where(p => p.Phase == phase).SelectMany(p => p.Steps).Where(s => s.Locks.Count > 0).Select(s => s.Locks[0]).ToList();
        return locks.MaxBy(l => (l.Mode == "AccessExclusiveLock", l.MostMilliseconds ?? l.HeldMilliseconds)) is { } strongest ? $"{strongest.Mode} on {strongest.Relation}, {Held(record, strongest)}" : "-";
    }

    /// <summary>Locks that others would notice, of the way forward.</summary>
    private static IEnumerable<(string Step, string Held)> Locks(RehearsalRecord record) =>
        record.Legs.Where(l => l.Name is RehearsalLegs.Forward or RehearsalLegs.Contract).SelectMany(l => l.Phases).SelectMany(p => p.Steps)
            .SelectMany(s => s.Locks.Where(l => l.Mode is "AccessExclusiveLock" or "ExclusiveLock" or "ShareRowExclusiveLock" or "ShareLock").Select(l => (s.Step, l)))
            .OrderByDescending(l => l.l.MostMilliseconds ?? l.l.HeldMilliseconds).Take(MostLocks)
            .Select(l => (l.Step, $"{l.l.Mode} on {l.l.Relation} held {Held(record, l.l)}{(l.l.WaitedMilliseconds > 0 ? $", waited for {Seconds(l.l.WaitedMilliseconds)}" : "")}"));

    private static string Held(RehearsalRecord record, RehearsedLock held) =>
        held.MostMilliseconds is { } most ? $"at most {Seconds(most)}"
        : held.HeldMilliseconds == 0 ? $"under {2 * record.Sampling.EveryMilliseconds} ms"
        : $"{Seconds(held.HeldMilliseconds)} or little more";

    private static string Seconds(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.00} s");
}
