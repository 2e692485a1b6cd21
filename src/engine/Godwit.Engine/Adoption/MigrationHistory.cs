namespace Godwit.Engine.Adoption;

/// <summary>Who kept a history of migrations.</summary>
public enum MigrationTool
{
    Flyway,
    EfCore,
    Dbmate,
    Alembic,
    Prisma,

    /// <summary>Nobody: a person says what is done.</summary>
    Baseline,
}

/// <summary>What a tool has on record in a database.</summary>
/// <param name="Schema">Of its table; empty for a baseline.</param>
/// <param name="Table">Its name.</param>
public sealed record MigrationHistory(MigrationTool Tool, string Schema, string Table, IReadOnlyList<AppliedMigration> Applied)
{
    public string Place => Tool == MigrationTool.Baseline ? "the baseline that was named" : $"{Schema}.{Table} of {MigrationTools.Of(Tool)}";
}

/// <param name="Name">As a person would call it: what findings say.</param>
/// <param name="Key">What files are compared with: a version, a file's or folder's name, an id.</param>
/// <param name="Checksum">What the tool computed of the file, as text; null where it computes nothing.</param>
/// <param name="Failed">It was begun and not done.</param>
/// <param name="CoversEarlier">Whatever comes before it is done too: the tool keeps the last one only, or began to count there.</param>
/// <param name="Repeatable">It is applied again whenever its file changes.</param>
public sealed record AppliedMigration(string Name, string Key, string? Checksum = null, bool Failed = false, bool CoversEarlier = false, bool Repeatable = false);

/// <summary>Tools as options and documents name them.</summary>
public static class MigrationTools
{
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<MigrationTool>().Where(t => t != MigrationTool.Baseline).Select(Of)];

    public static string Of(MigrationTool tool) => tool == MigrationTool.EfCore ? "efcore" : tool.ToString().ToLowerInvariant();
}
