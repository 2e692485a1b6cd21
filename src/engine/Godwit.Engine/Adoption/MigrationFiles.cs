using System.Text.RegularExpressions;

namespace Godwit.Engine.Adoption;

/// <summary>Which file a migration on record was: each tool names files in its own way.</summary>
internal static partial class MigrationFiles
{
    private static readonly char[] Separators = ['_', '-', '.', ' '];

    public static bool Fits(MigrationTool tool, AppliedMigration migration, string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var stem = name.LastIndexOf('.') is var dot and > 0 ? name[..dot] : name;
        return tool switch
        {
            MigrationTool.Flyway => migration.Repeatable ? stem == $"R__{migration.Key}" : FlywayVersion(name) == migration.Key,
            // The tool writes classes; scripts of theirs are called after the id, or begin with its time.
            MigrationTool.EfCore => stem == migration.Key || (LeadingDigits(stem) is { Length: >= 14 } time && time == LeadingDigits(migration.Key)),
            MigrationTool.Dbmate => LeadingDigits(name) == migration.Key,
            MigrationTool.Alembic => stem.Split(Separators).Contains(migration.Key, StringComparer.Ordinal),
            MigrationTool.Prisma => stem == migration.Key || (name == "migration.sql" && path[..^(name.Length + 1)] is var folder && folder[(folder.LastIndexOf('/') + 1)..] == migration.Key),
            _ => false,
        };
    }

    /// <summary>1_2 and 1.2 are one version, and so are 01 and 1 (https://documentation.red-gate.com/fd/versioned-migrations-273973333.html).</summary>
    public static string? FlywayVersion(string name) => FlywayName().Match(name) is { Success: true } match ? Normal(match.Groups["version"].Value) : null;

    public static string Normal(string version)
    {
        var parts = version.Replace('_', '.').Split('.').Select(p => p.TrimStart('0') is { Length: > 0 } digits ? digits : "0").ToList();
        while (parts.Count > 1 && parts[^1] == "0") parts.RemoveAt(parts.Count - 1);
        return string.Join('.', parts);
    }

    /// <summary>By their parts as numbers, however long.</summary>
    public static int Compare(string one, string other)
    {
        var (left, right) = (one.Split('.'), other.Split('.'));
        for (var i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            var (a, b) = (i < left.Length ? left[i] : "0", i < right.Length ? right[i] : "0");
            var order = a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b);
            if (order != 0) return order;
        }
        return 0;
    }

    private static string LeadingDigits(string text) => text[..text.TakeWhile(char.IsAsciiDigit).Count()];

    [GeneratedRegex(@"^V(?<version>\d+(?:[._]\d+)*)__", RegexOptions.CultureInvariant)]
    private static partial Regex FlywayName();
}
