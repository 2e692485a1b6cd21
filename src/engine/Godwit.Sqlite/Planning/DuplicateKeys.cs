using Godwit.Model.Findings;
using Godwit.Model.Values;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// Keys that are in a table twice. SQLite asks the index alone whether a key is new, so an index that lost entries lets one in again, and PRAGMA quick_check does
/// not compare an index with its table (https://sqlite.org/pragma.html#pragma_quick_check). PostgreSQL would find out after the copy.
/// </summary>
internal static class DuplicateKeys
{
    /// <param name="context">Where to ask and to report.</param>
    /// <param name="table">The table.</param>
    /// <param name="index">A unique index of it.</param>
    /// <param name="parts">The index's parts as SQLite's SQL, without collation.</param>
    /// <param name="where">A partial index's condition.</param>
    public static void Plan(PlanContext context, TableDraft table, SourceIndex index, IReadOnlyList<string> parts, string? where = null)
    {
        if (parts.Count == 0 || index.Parts.Any(p => KeyParts.IsUnknown(p.Collation))) return;
        if (index.Parts.Any(p => p.Column is { } c && table.Source.Columns[c].Transform is { IsCopy: false }))
        {
            FindMadeEqual(context, table, index, parts, where);
            return;
        }
        var keys = new Keys(table, index, [.. parts.Zip(index.Parts, (sql, part) => $"{sql} COLLATE {part.Collation}")], where);
        if (!keys.AreSuspect(context)) return;
        var columns = string.Join(", ", index.Parts.Select(p => p.Column is { } c ? table.Columns[c].Source.Name : "an expression"));
        var rows = RowQuestion.Ask(context.Connection, table.Source, keys.IsDoubled, byIndex: false);
        context.Findings.Add(rows.Total == 0
            ? Finding.Warning(FindingCodes.Corrupt, $"The index {index.Name} of {table.Name} does not hold what the table holds; it is damaged in the source.", new Place.InTable(table.Name),
                "REINDEX it in the source: SQLite's answers are wrong wherever it is used.")
            : rows.Locate(Finding.Error(
                FindingCodes.Corrupt, $"{rows.Counted(table.Name, "holds", "hold")} a key that another row holds too ({columns}); the damaged index {index.Name} let it through.",
                new Place.InTable(table.Name, Column: columns), "Correct or delete all but one of each in the source, then REINDEX it.")));
    }

    /// <summary>The index says nothing of keys that a transform made: all of them are compared.</summary>
    private static void FindMadeEqual(PlanContext context, TableDraft table, SourceIndex index, IReadOnlyList<string> parts, string? where)
    {
        // A value without a result is a misfit already, and has no key.
        var results = index.Parts.Zip(parts).Where(p => p.First.Column is { } c && table.Source.Columns[c].Transform is { IsCopy: false })
            .Select(p => $"typeof({p.Second}) <> '{(table.Columns[p.First.Column!.Value].Type.Name == TypeName.Bytea ? "text" : "blob")}'");
        var condition = string.Join(" AND ", where is null ? results : results.Prepend($"({where})"));
        var keys = new Keys(table, index, [.. parts.Zip(index.Parts, (sql, part) => $"{sql} COLLATE {part.Collation}")], condition);
        var rows = RowQuestion.Ask(context.Connection, table.Source, keys.IsDoubled, byIndex: false);
        if (rows.Total == 0) return;
        var columns = string.Join(", ", index.Parts.Select(p => table.Columns[p.Column!.Value].Source.Name));
        context.Findings.Add(rows.Locate(Finding.Error(
            FindingCodes.TransformedKeys, $"{rows.Counted(table.Name, "would hold", "would hold")} a key that another row would hold too: {columns} is unique ({index.Name}), and its transform makes equal what was not.",
            new Place.InTable(table.Name, Column: columns), "Use a transform that keeps different values different, or correct the rows in the source.")) with { Value = null });
    }

    private sealed record Keys(TableDraft Table, SourceIndex Index, IReadOnlyList<string> Parts, string? Where)
    {
        private string From => $"FROM main.{SqliteName.Quote(Table.Name)}";

        private string Condition => Where is null ? "" : $" AND ({Where})";

        private string List => string.Join(", ", Parts);

        /// <summary>NULLs are distinct from each other (https://sqlite.org/nulls.html).</summary>
        private string HasNoNull => string.Join(" AND ", Parts.Select(p => $"{p} IS NOT NULL"));

        /// <summary>One pass over the index in its own order: an entry that stands twice, or another number of entries than there are rows.</summary>
        public bool AreSuspect(PlanContext context)
        {
            using var statement = context.Connection.Prepare(
                $"SELECT ifnull(sum(n), 0), ifnull(max(iif(filled, n, 0)), 0) FROM (SELECT count(*) AS n, {HasNoNull} AS filled {From} INDEXED BY {SqliteName.Quote(Index.Name)}"
                + $"{(Where is null ? "" : $" WHERE ({Where})")} GROUP BY {List})");
            _ = statement.Step();
            var rows = Where is null ? Table.Rows : context.Connection.QueryInteger($"SELECT count(*) {From} NOT INDEXED WHERE ({Where})");
            return statement.GetInteger(0) != rows || statement.GetInteger(1) > 1;
        }

        /// <summary>True of rows whose key the table itself, read without the index, holds more than once. A plus before a column keeps it from being looked up.</summary>
        public string IsDoubled =>
            $"({string.Join(", ", Parts.Select(p => $"+{p}"))}) IN (SELECT {List} {From} NOT INDEXED WHERE {HasNoNull}{Condition} GROUP BY {List} HAVING count(*) > 1){Condition}";
    }
}
