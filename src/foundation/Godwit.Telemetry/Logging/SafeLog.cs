namespace Godwit.Telemetry.Logging;

/// <summary>
/// The one way to a log: JSON, one object a line, printable ASCII only. Every field is masked by its name and by the shape of its text (secrets, and what is about a person), and whatever
/// could steer a terminal or turn text around (control, bidirectional and other non-ASCII characters) is written as <c>\uXXXX</c>.
/// A writer that does not take what it is given (a pipe that nobody reads) makes every thread that logs wait: a line is never given up for being slow, so that the last one before a crash is there.
/// Safe for use by several threads at once. Libraries that log by <c>ILogger</c> come here through <see cref="SafeLoggerProvider"/>.
/// </summary>
/// <param name="writer">Where lines go; each is written whole and flushed.</param>
/// <param name="time">The clock of the <c>time</c> member.</param>
/// <param name="lowest">Events below this level are not written.</param>
public sealed class SafeLog(TextWriter writer, TimeProvider time, LogLevel lowest = LogLevel.Information)
{
    /// <summary>Characters of one value; what is longer is cut and says so.</summary>
    public const int LongestText = 4096;

    public const int MostFields = 32;

    private readonly Lock _writing = new();
    private bool _broken;
    private long _lost;

    /// <summary>Lines that could not be written (a full disk, a closed pipe). A log that fails does not stop a move.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public bool Writes(LogLevel level) => level >= lowest;

    public void Write(LogEvent logged, params ReadOnlySpan<LogField> fields)
    {
        if (logged.Level < lowest)
            return;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fields.Length, MostFields);
        var line = LogLine.Own.Write(logged, time.GetUtcNow(), fields);
        try
        {
            lock (_writing)
            {
                // What failed may have been written in part: the next line begins on a line of its own.
                var rest = _broken ? "\n" : "";
                _broken = true;
                writer.Write(rest + line);
                writer.Flush();
                _broken = false;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            Interlocked.Increment(ref _lost);
        }
    }
}
