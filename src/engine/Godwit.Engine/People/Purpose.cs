namespace Godwit.Engine.People;

/// <summary>What a person says by signing.</summary>
public enum Purpose
{
    /// <summary>This plan is mine.</summary>
    SignPlan,

    /// <summary>This phase of this plan may begin.</summary>
    ApprovePhase,

    /// <summary>This run may be rolled back.</summary>
    ApproveRollback,

    /// <summary>What a box of a checklist asks for is so.</summary>
    Attest,
}

/// <summary>Purposes as statements, tables and documents name them.</summary>
public static class Purposes
{
    public static string Of(Purpose purpose) => purpose switch
    {
        Purpose.SignPlan => "sign-plan",
        Purpose.ApprovePhase => "approve-phase",
        Purpose.ApproveRollback => "approve-rollback",
        _ => "attest",
    };

    public static Purpose? Find(string? word) => Enum.GetValues<Purpose>().Where(p => Of(p) == word).Select(p => (Purpose?)p).FirstOrDefault();
}
