namespace Godwit.Sqlite.Reading;

/// <summary>
/// A value that its column's mapping does not list, met while copying or verifying. The profile of the same snapshot found none, so the source was changed
/// underneath, or the plan belongs to another file.
/// </summary>
public sealed class MisfitException(string table, string column, long row)
    : Exception($"the value in table {table}, row {row}, column {column} does not fit the plan; the source is not the one that was profiled")
{
    public string Table { get; } = table;

    public string Column { get; } = column;

    public long Row { get; } = row;
}
