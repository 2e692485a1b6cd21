namespace Godwit.Sqlite.Profiling;

/// <summary>A table that is to be profiled.</summary>
/// <param name="Name">As SQLite has it, unquoted.</param>
/// <param name="Columns">In any order; hidden columns of no interest may be left out, generated ones are read like others.</param>
/// <param name="HasRowId">False for a table WITHOUT ROWID: rows are then numbered from 1 in the order of the key.</param>
/// <param name="AllColumnNames">Names of all the table's columns: a column may be called rowid, and then the rowid is reached by another name.</param>
public sealed record TableToProfile(string Name, IReadOnlyList<ColumnToProfile> Columns, bool HasRowId, IReadOnlyList<string> AllColumnNames)
{
    /// <summary>The table's key columns, in key order: what numbers the rows of a table without rowid.</summary>
    public IReadOnlyList<string> KeyColumns { get; init; } = [];

    /// <summary>The column that is the rowid: where columns take all three of its names, it is the way there.</summary>
    public string? RowIdAlias { get; init; }
}
