namespace Godwit.Engine.Adoption;

/// <summary>What a history's rows are compared by.</summary>
public static class MigrationHistoryKeys
{
    public static string OfFlyway(string version) => MigrationFiles.Normal(version);

    /// <param name="script">As Flyway has it on record: perhaps with a folder, <c>R__views.sql</c>.</param>
    public static string OfFlywayScript(string script)
    {
        var stem = Path.GetFileNameWithoutExtension(script);
        return stem.StartsWith("R__", StringComparison.Ordinal) ? stem[3..] : stem;
    }
}
