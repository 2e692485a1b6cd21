using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Reading;

/// <summary>How rows are read of a source that is written to meanwhile.</summary>
/// <param name="Condition">What a row has to meet to be read, as SQL; null reads all.</param>
/// <param name="Unfit">Told of a row that is left out because a value of it does not fit its mapping: the statement, on that row, and the column.</param>
public sealed record LiveReading(string? Condition, Action<SqliteStatement, string> Unfit);
