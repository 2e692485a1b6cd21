namespace Godwit.Postgres.Schema;

/// <summary>
/// One change of the target's schema. It is plain transactional SQL and runs in one transaction with the row that says it is done, so that a resumed run
/// does it once.
/// </summary>
/// <param name="Id">The same for the same plan; what a resumed run compares.</param>
/// <param name="Phase">One of <see cref="DdlPhase"/>.</param>
/// <param name="Title">For a person who watches.</param>
/// <param name="Table">The table's name at the target, when the step belongs to one.</param>
public sealed record DdlStep(string Id, string Phase, string Title, string Sql, string? Table = null);

/// <summary>The phases in their order. The copy comes after <see cref="Tables"/>.</summary>
public static class DdlPhase
{
    public const string Schema = "schema";
    public const string Tables = "tables";
    public const string Keys = "keys";
    public const string Indexes = "indexes";
    public const string Checks = "checks";
    public const string ForeignKeys = "foreign keys";
    public const string Validation = "validation";
    public const string Sequences = "sequences";
    public const string Views = "views";
    public const string Statistics = "statistics";
}
