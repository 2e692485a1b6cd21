namespace Godwit.Postgres.Schema;

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
