using Godwit.Model.Values;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// The size of an index entry. A B-tree page takes at most 2,704 bytes for one (BTMaxItemSize of 8 KB pages): 8 of header, then the values, text and
/// blobs with up to 4 bytes of length. Compression may save one; that is no ground to stand on.
/// </summary>
internal static class KeyBytes
{
    public const int Limit = 2704;

    /// <summary>INDEX_MAX_KEYS (https://www.postgresql.org/docs/current/limits.html); SQLite takes 2,000.</summary>
    public const int MaximumParts = 32;
    private const int Header = 8;
    private const int FixedWidth = 16;
    private const int LengthWord = 7;

    /// <summary>Asks for rows whose entry is too large; null when the profile already says that there can be none.</summary>
    /// <param name="columns">The columns the key reads.</param>
    /// <param name="expressions">SQLite's SQL of parts that are expressions.</param>
    public static RowSample? FindTooLong(PlanContext context, TableDraft table, IEnumerable<ColumnDraft> columns, IReadOnlyList<string> expressions, string? where = null)
    {
        var all = columns.ToList();
        var most = Header + all.Sum(c => HasLength(c) ? c.LongestBytes + LengthWord : FixedWidth);
        if (most <= Limit && expressions.Count == 0) return null;
        var terms = all.Select(c => HasLength(c) ? Length(c.Source.Sql(table.Name)) : $"{FixedWidth}").Concat(expressions.Select(Length));
        var condition = $"{Header} + {string.Join(" + ", terms)} > {Limit}" + (where is null ? "" : $" AND ({where})");
        var rows = RowQuestion.Ask(context.Connection, table.Source, condition);
        return rows.Total == 0 ? null : rows;
    }

    private static bool HasLength(ColumnDraft column) => column.Type.Name is TypeName.Text or TypeName.Varchar or TypeName.Bytea or TypeName.Numeric or TypeName.Json;

    private static string Length(string sql) => $"ifnull(length(CAST({sql} AS BLOB)) + {LengthWord - 3}, 0)";
}
