namespace Godwit.Postgres.Schema;

/// <summary>The phases in their order. The copy comes after <see cref="AfterTables"/>.</summary>
public static class DdlPhase
{
    public const string Schema = "schema";
    public const string Before = "objects before tables";
    public const string Tables = "tables";
    public const string AfterTables = "partitions";
    public const string KeyColumns = "columns of keys";
    public const string Keys = "keys";
    public const string Indexes = "indexes";
    public const string AfterIndexes = "indexes of partitions";
    public const string Checks = "checks";
    public const string ForeignKeys = "foreign keys";
    public const string Validation = "validation";
    public const string Sequences = "sequences";
    public const string Views = "views";
    public const string Last = "objects";
    public const string Statistics = "statistics";
}
