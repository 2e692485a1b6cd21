namespace Godwit.Telemetry.Logging;

public enum LogLevel
{
    Debug,
    Information,
    Warning,
    Error,
}

/// <summary>
/// What can be logged, defined once: a number that never changes meaning, a name, and a sentence with places for fields: <c>copied {rows} rows of {table}</c>.
/// </summary>
public sealed record LogEvent(int Id, string Name, LogLevel Level, string Template);
