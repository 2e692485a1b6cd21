namespace Godwit.Sqlite.Decoding;

/// <summary>
/// A row of the target holds bytes that no value of the source can have become. The message names the column and says why; it never holds the value.
/// </summary>
public sealed class UndecodableException(string? column, string reason)
    : Exception(column is null ? $"the row cannot be decoded: {reason}" : $"column {column} cannot be decoded: {reason}")
{
    /// <summary>The column's name at the target; null when the row as a whole is at fault.</summary>
    public string? Column { get; } = column;

    public string Reason { get; } = reason;
}
