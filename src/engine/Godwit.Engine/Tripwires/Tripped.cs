using Godwit.Model.Findings;

namespace Godwit.Engine.Tripwires;

/// <summary>A tripwire that has fired and asks for more than to be looked at. It is on record.</summary>
public sealed record Tripped(string Id, TripwireCause Cause, TripwireAction Action, string Reason)
{
    public Finding Finding => Finding.Error(
        Cause == TripwireCause.NoData ? FindingCodes.TripwireSilent : FindingCodes.TripwireFired, Reason, null,
        Action == TripwireAction.Rollback
            ? "`godwit resume` goes on with the rollback; once somebody has looked, `godwit resume --seen` goes forward all the same."
            : "`godwit resume` goes on and watches it anew; `godwit resume --seen` does not stop for it again until it has been within its bounds; `godwit rollback` goes back.");
}
