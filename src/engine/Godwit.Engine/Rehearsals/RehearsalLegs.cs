namespace Godwit.Engine.Rehearsals;

/// <summary>The legs of a rehearsal, by the names that records have them under.</summary>
public static class RehearsalLegs
{
    /// <summary>From the beginning to the end of observe, or up to the first point of no return.</summary>
    public const string Forward = "forward";

    /// <summary>All of that back, schema and checklist compared.</summary>
    public const string Back = "back";

    /// <summary>A new run, to the end of observe.</summary>
    public const string Again = "again";

    /// <summary>Back to the last point of no return, where there is one.</summary>
    public const string BackToReturn = "back-to-point-of-no-return";

    public const string AgainFromReturn = "again-from-point-of-no-return";

    /// <summary>Contract, before its time.</summary>
    public const string Contract = "contract";

    public const string ContractBack = "contract-back";

    public const string ContractAgain = "contract-again";

    public static bool IsBack(string leg) => leg is Back or BackToReturn or ContractBack;
}
