namespace Godwit.Sqlite.Planning;

/// <summary>
/// Names of constraints. SQLite does not mind two constraints of one name, or a constraint that is called like a table; the first one keeps it,
/// the others are named as PostgreSQL would (<c>table_column_key</c>).
/// </summary>
internal sealed class ConstraintNaming(TargetNames relations)
{
    public string PrimaryKey(TableDraft table, string? written) => Index(table, written, [table.TargetName, "pkey"]);

    public string Key(TableDraft table, string? written, IEnumerable<int> columns, string suffix) =>
        Index(table, written, [table.TargetName, .. columns.Select(c => table.Columns[c].TargetName), suffix]);

    /// <summary>
    /// Takes the names that PostgreSQL would choose by itself: of the identity's sequence, which stands among the tables, and of NOT NULL, which is a named
    /// constraint from version 18 on (https://www.postgresql.org/docs/18/release-18.html).
    /// </summary>
    public void TakeImplied(TableDraft table)
    {
        foreach (var column in table.Columns)
        {
            if (column.Identity) table.SequenceName = relations.Derive(table.Name, table.TargetName, column.TargetName, "seq");
            if (column.NotNull) _ = table.ConstraintNames.TryTake(table.ConstraintNames.Fit($"{table.TargetName}_{column.TargetName}_not_null"), table.Name, out _);
        }
    }

    /// <summary>A check or a foreign key: unique within its table only.</summary>
    public string Plain(TableDraft table, string? written, params ReadOnlySpan<string> parts)
    {
        if (written is { Length: > 0 })
        {
            var name = table.ConstraintNames.Fit(written);
            if (table.ConstraintNames.TryTake(name, written, out _)) return name;
        }
        return table.ConstraintNames.Derive(table.Name, parts);
    }

    // The index behind a key stands among the tables, the constraint among those of its table.
    private string Index(TableDraft table, string? written, params ReadOnlySpan<string> parts)
    {
        if (written is { Length: > 0 })
        {
            var name = relations.Fit(written);
            if (relations.IsFree(name) && table.ConstraintNames.TryTake(name, written, out _))
            {
                _ = relations.TryTake(name, written, out _);
                return name;
            }
        }
        while (true)
        {
            var name = relations.Derive(table.Name, parts);
            if (table.ConstraintNames.TryTake(name, table.Name, out _)) return name;
        }
    }
}
