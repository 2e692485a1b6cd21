namespace Godwit.Telemetry.Logging;

/// <summary>
/// Fields from several places: the first of a name wins, and what is beyond the number that a line may have is left out and counted. The log's own come first and have their places and names for themselves: a field of the
/// caller's that is called so too has a line below its name, <c>exception_</c>.
/// </summary>
internal sealed class LogFields
{
    private static readonly string[] s_own = ["category", "exception", "at", "text", "left out"];

    private readonly LogField[] _fields = new LogField[SafeLog.MostFields];
    private int _count;
    private int _left;

    public ReadOnlySpan<LogField> All => _fields.AsSpan(0, _count);

    /// <summary>One of the log's own.</summary>
    public void AddOwn(LogField field) => Add(field);

    /// <summary>One of the caller's, whatever it holds: what cannot be read is said to be so.</summary>
    public void Add(string? name, object? value)
    {
        var own = name is { Length: > 0 } ? Renamed(name) : "_";
        LogField field;
        try
        {
            field = LogValue.Field(own, value);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            field = LogField.Of(own, $"a value that could not be read ({e.GetType().Name})");
        }
        Add(field);
    }

    public static bool IsOwn(string name) => s_own.Contains(name);

    /// <summary>What a field of the caller's of that name is called.</summary>
    public static string Renamed(string name) => IsOwn(name) ? name + "_" : name;

    private void Add(LogField field)
    {
        foreach (var before in All)
        {
            if (before.Name == field.Name)
                return;
        }
        if (_count < _fields.Length - 1)
            _fields[_count++] = field;
        else
            (_fields[^1], _count) = (LogField.Of("left out", ++_left), _fields.Length);
    }
}
