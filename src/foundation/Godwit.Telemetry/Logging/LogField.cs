using System.Globalization;

namespace Godwit.Telemetry.Logging;

/// <summary>
/// One named value of a log line: a text, a whole number, a fraction, a truth value or nothing. There is no way to pass an object: what its
/// <c>ToString</c> holds is nobody's promise. Never a row's value.
/// </summary>
public readonly struct LogField
{
    private LogField(string name, string? text, bool quoted)
    {
        Name = name;
        Text = text;
        Quoted = quoted;
    }

    public string Name { get; }

    /// <summary>The value as text, not masked yet: only <see cref="SafeLog"/> writes it.</summary>
    internal string? Text { get; }

    /// <summary>False for a literal of JSON: a number, true, false.</summary>
    internal bool Quoted { get; }

    public static LogField Of(string name, string? value) => new(name, value, quoted: true);

    public static LogField Of(string name, long value) => new(name, value.ToString(CultureInfo.InvariantCulture), quoted: false);

    public static LogField Of(string name, double value) =>
        new(name, value.ToString("R", CultureInfo.InvariantCulture), quoted: !double.IsFinite(value));

    public static LogField Of(string name, bool value) => new(name, value ? "true" : "false", quoted: false);

    /// <summary>Seconds.</summary>
    public static LogField Of(string name, TimeSpan value) => Of(name, value.TotalSeconds);

    /// <summary>
    /// The types of the exception and its causes. Its message is left out: a database's messages hold rows' values
    /// (PostgreSQL's 22P02 quotes the text it could not read). Who knows a message to be harmless passes it as a text.
    /// </summary>
    public static LogField Of(string name, Exception value)
    {
        var types = new List<string>();
        for (var e = value; e is not null && types.Count < 8; e = e.InnerException)
            types.Add(e.GetType().FullName ?? e.GetType().Name);
        return Of(name, string.Join(" < ", types));
    }
}
