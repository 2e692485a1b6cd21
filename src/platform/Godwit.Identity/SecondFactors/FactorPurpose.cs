namespace Godwit.Identity.SecondFactors;

/// <summary>What a session asks for its second factor for once more: a code that was asked for one of these is good for no other.</summary>
internal static class FactorPurpose
{
    public const string Disable = "disable", BackupCodes = "backup_codes", Erasure = "erasure";

    private static readonly string[] s_all = [Disable, BackupCodes, Erasure];

    /// <returns>Null for another word.</returns>
    public static string? Read(string? word) => s_all.Contains(word, StringComparer.Ordinal) ? word : null;
}
