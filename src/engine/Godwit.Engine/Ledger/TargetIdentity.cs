namespace Godwit.Engine.Ledger;

/// <summary>Which database a target is, and which of its lives it lives.</summary>
/// <param name="System">The cluster's own identifier, which its copies and restores share.</param>
/// <param name="Database">Of the database in the cluster: one that is dropped and made anew is another.</param>
/// <param name="Timeline">Another one after each recovery to a point in time, and after a standby was promoted.</param>
/// <param name="Incarnation">Godwit's own: a restore brings the one of then back, and accepting it makes a new one. Null where Godwit has nothing in the target yet.</param>
public sealed record TargetIdentity(string System, string Database, string Timeline, Guid? Incarnation);
