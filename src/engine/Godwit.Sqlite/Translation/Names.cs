using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>What names mean where an expression stands.</summary>
internal interface INames
{
    /// <summary>The column, or null when nothing has the name.</summary>
    /// <exception cref="TranslationFault">Several columns have it.</exception>
    Value? Find(ColumnReference reference);
}

/// <summary>The columns of one table, written without the table's name: for CHECK, indexes and generated columns.</summary>
internal sealed class TableNames(TypedRelation table) : INames
{
    public Value? Find(ColumnReference reference)
    {
        if (reference.Table is { } name && !name.Matches(table.SourceName)) return null;
        return Columns.Find(table, reference.Column.Text) is { } column ? Value.Column(column, column.Inline ?? PostgresText.Name(column.TargetName)) : null;
    }
}

/// <summary>No columns at all: for defaults.</summary>
internal sealed class NoNames : INames
{
    public Value? Find(ColumnReference reference) => null;
}

internal static class Columns
{
    /// <summary>A column by name, or by one of the rowid's names when the table shows its rowid as a column (https://sqlite.org/rowidtable.html).</summary>
    public static TypedColumn? Find(TypedRelation relation, string name)
    {
        if (relation.Find(name) is { } column) return column;
        return relation.RowIdColumn is { } rowId && SqliteNames.Fold(name) is "rowid" or "oid" or "_rowid_" ? relation.Find(rowId) : null;
    }
}
