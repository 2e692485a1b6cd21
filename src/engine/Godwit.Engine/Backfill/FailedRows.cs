namespace Godwit.Engine.Backfill;

/// <summary>Failing rows in words.</summary>
internal static class FailedRows
{
    private const int MostShown = 20;

    /// <summary>How often each reason occurs.</summary>
    public static string Reasons(IEnumerable<FailedRow> rows) =>
        string.Join("; ", rows.GroupBy(r => r.Reason, StringComparer.Ordinal).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} x {g.Key}"));

    /// <summary>How many, why, and the first of them by their digests.</summary>
    public static string Describe(IReadOnlyList<FailedRow> rows) => rows.Count == 0
        ? "0"
        : $"{rows.Count} ({Reasons(rows)}): {string.Join(", ", rows.Take(MostShown).Select(r => r.Digest))}{(rows.Count > MostShown ? ", …" : "")}";
}
