using System.Collections.Frozen;

namespace Godwit.Sqlite.Grammar;

/// <summary>Which words are names when the grammar has no other use for them: the %fallback of SQLite's parse.y lets most be.</summary>
internal static class Keywords
{
    /// <summary>Never a name without quotes.</summary>
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "add", "all", "alter", "and", "as", "autoincrement", "between", "case", "check", "collate", "commit", "constraint", "create", "default",
        "deferrable", "delete", "distinct", "drop", "else", "escape", "except", "exists", "foreign", "from", "group", "having", "in", "index", "insert",
        "intersect", "into", "is", "isnull", "join", "limit", "not", "nothing", "notnull", "null", "on", "or", "order", "primary", "references",
        "returning", "select", "set", "table", "then", "to", "transaction", "union", "unique", "update", "using", "values", "when", "where",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Names, but not aliases without AS: they begin a join.</summary>
    private static readonly FrozenSet<string> Joins =
        new[] { "cross", "full", "inner", "left", "natural", "outer", "right" }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsReserved(string word) => Reserved.Contains(SqliteNames.Fold(word));

    public static bool IsJoin(string word) => Joins.Contains(SqliteNames.Fold(word));
}
