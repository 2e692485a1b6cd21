namespace Godwit.Model.Runbooks;

/// <summary>The phases of a run, in their order. A runbook may leave phases out, never reorder them.</summary>
public enum Phase
{
    /// <summary>Adds the new beside the old. Nothing that is in use changes.</summary>
    Expand,

    /// <summary>Fills the new from the old.</summary>
    Backfill,

    /// <summary>Proves that the new holds what the old holds.</summary>
    Verify,

    /// <summary>Makes the new the one in use.</summary>
    Switch,

    /// <summary>Watches it for as long as it takes to trust it.</summary>
    Observe,

    /// <summary>Removes the old: <c>godwit finish</c> only. What it drops does not come back.</summary>
    Contract,
}
