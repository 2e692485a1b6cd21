using Godwit.Engine.Checks;
using Godwit.Engine.Gates;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rehearsals;

/// <summary>
/// What a run does otherwise because it is a rehearsal. The plan and its hash are the same: what happens outside the copy does not happen unless the runbook asks for it, and what
/// only waits waits less. All of it is noted in <see cref="Log"/>.
/// </summary>
public sealed record RehearsalRules
{
    /// <summary>The longest that a time which passes by itself is waited for.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>The longest that something is waited for which has to come.</summary>
    public static readonly TimeSpan LongestHope = TimeSpan.FromMinutes(1);

    public required RehearsalLog Log { get; init; }

    /// <summary>Steps that are carried out although they reach beyond the copy.</summary>
    public IReadOnlySet<string> Effects { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Steps that are left out.</summary>
    public IReadOnlySet<string> Skip { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Sources that the copy has a copy of.</summary>
    public IReadOnlySet<string> Sources { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The step as it is carried out here.</summary>
    public IStep Adapt(StepSettings step, IStepKind kind, IStep bound) => WhySkipped(step, kind, bound) is { } why ? new RehearsedStep(bound, why, this) : bound;

    public string? WhySkipped(StepSettings step, IStepKind kind, IStep bound)
    {
        if (Skip.Contains(step.Id)) return "the runbook leaves it out of rehearsals";
        if (kind is IReadsSources reader && reader.SourcesOf(step).Select(s => s.Source).FirstOrDefault(s => !Sources.Contains(s)) is { } source) return $"there is no copy of the source {source}";
        // Steps are bound when their turn comes: what they go on with was carried out, or left out, before.
        if (kind is IGoesOnWithStep follower && follower.StepOf(step) is var begun && Log.SkippedSteps.ContainsKey(begun)) return $"step {begun}, which it goes on with, is left out";
        return bound.Reach == StepReach.Outside && !Effects.Contains(step.Id) ? "it reaches beyond the copy" : null;
    }

    /// <summary>Whether a gate has an answer on a copy; one that does not is noted.</summary>
    public bool Asks(GateSettings gate, IGateKind kind)
    {
        if (kind.IsAskedInRehearsal(gate)) return true;
        Log.NotAsked(gate.Id, gate.Kind);
        return false;
    }

    /// <summary>Why a check is not asked; null when it is.</summary>
    public string? WhyNotAsked(Check check)
    {
        var why = check switch
        {
            Check.Http => "not asked in a rehearsal: it asks a service",
            Check.Sql { Source: { } source } when !Sources.Contains(source) => $"not asked in a rehearsal: there is no copy of the source {source}",
            _ => null,
        };
        if (why is not null) Log.NotAsked(check.Name, "check");
        return why;
    }

    /// <param name="step">What waits.</param>
    /// <param name="time">How long, in a real run.</param>
    /// <param name="isPlainTime">Whether the time alone is waited for; else something that has to come.</param>
    public TimeSpan Shorten(StepSettings step, TimeSpan time, bool isPlainTime)
    {
        var most = isPlainTime ? LongestWait : LongestHope;
        if (time <= most) return time;
        Log.Shortened(step.Id, time);
        return most;
    }
}
