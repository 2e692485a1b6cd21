namespace Godwit.Telemetry.Logging;

/// <summary>Fields from several places: the first of a name wins, and what is beyond the number that a line may have is left out and counted.</summary>
internal sealed class LogFields
{
    private readonly LogField[] _fields = new LogField[SafeLog.MostFields];
    private int _count;
    private int _left;

    public ReadOnlySpan<LogField> All => _fields.AsSpan(0, _count);

    public void Add(LogField field)
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
