using Godwit.Model.Names;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// How one part of a key compares at the target. SQLite's NOCASE folds ASCII letters only, and so does lower() under the collation "C";
/// RTRIM ignores spaces at the end, which rtrim() takes off (https://sqlite.org/datatype3.html section 7).
/// </summary>
internal static class KeyParts
{
    public static bool IsFolded(ColumnDraft column, string collation) => column.Type.IsText && collation is ("NOCASE" or "RTRIM");

    /// <summary>Whether the collation is one that an application brings along.</summary>
    public static bool IsUnknown(string collation) => collation is not ("BINARY" or "NOCASE" or "RTRIM");

    /// <summary>The expression that is equal at the target where the part is equal at the source.</summary>
    public static string Expression(ColumnDraft column, string collation)
    {
        var name = TargetName.Quote(column.TargetName);
        if (!IsFolded(column, collation)) return name;
        return collation == "NOCASE" ? $"lower({name} COLLATE \"C\")" : $"rtrim({name})";
    }
}
