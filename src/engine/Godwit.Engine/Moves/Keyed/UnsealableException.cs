namespace Godwit.Engine.Moves.Keyed;

/// <summary>A value that a keyed transform has no result for, met while copying or verifying. All of them were looked at before the move began, so the source was changed underneath.</summary>
public sealed class UnsealableException(string table, string column, string reason)
    : Exception($"a value in table {table}, column {column} has no result ({reason}); the source is not the one that was looked at")
{
    public string Table { get; } = table;

    public string Column { get; } = column;
}
