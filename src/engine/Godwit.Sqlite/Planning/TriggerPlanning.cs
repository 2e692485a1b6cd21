using Godwit.Model.Findings;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Triggers are programs in a language of their own: none is moved, and none is passed over in silence.</summary>
internal static class TriggerPlanning
{
    /// <param name="isMoved">Whether the table or view a trigger belongs to is part of the move.</param>
    public static void Plan(PlanContext context, Func<string, bool> isMoved)
    {
        foreach (var trigger in context.Source.Triggers.Where(t => isMoved(t.On)))
        {
            if (context.Source.IsSpatialite && SpatialiteNames.IsOwnTrigger(trigger)) continue;
            _ = context.Findings.AcceptsLoss(
                Finding.Error(FindingCodes.TriggerNotMoved, $"The trigger {trigger.Name} on {trigger.On} is not moved{Summary(trigger)}.",
                    new Place.InObject("trigger", trigger.Name), "Write it as a PL/pgSQL function and a trigger after the move.", trigger.Sql),
                "trigger", trigger.Name, trigger.On);
        }
    }

    private static string Summary(SourceTrigger trigger)
    {
        if (SqlParser.ParseSchemaStatement(trigger.Sql) is not ParseResult.Success { Statement: CreateTrigger syntax }) return "";
        var timing = syntax.Timing switch { TriggerTiming.After => "after", TriggerTiming.InsteadOf => "instead of", _ => "before" };
        return $" (it runs {timing} {syntax.Event.ToString().ToLowerInvariant()})";
    }
}
