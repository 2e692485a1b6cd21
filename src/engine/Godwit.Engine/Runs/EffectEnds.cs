using Godwit.Engine.Moves;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Runs;

/// <summary>Notes that an effect is over, also where the step that had it is being ended.</summary>
internal static class EffectEnds
{
    /// <param name="effects">Of the step.</param>
    /// <param name="cancellation">Once it is cancelled, what the target says to the note changes nothing any more: whoever comes next then waits for the effect's time to be over.</param>
    public static async Task NoteAsync(IOutsideEffects effects, CancellationToken cancellation)
    {
        try
        {
            await effects.EndAsync(CancellationToken.None);
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is TargetFaultException or LeaseLostException)
        {
            // As the summary says.
        }
    }
}
