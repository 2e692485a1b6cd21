using System.Globalization;
using System.Net;

namespace Godwit.Telemetry.Logging;

/// <summary>Values of any type, as fields. A type that is not known to be harmless is named and not shown: what its <c>ToString</c> holds is nobody's promise.</summary>
internal static class LogValue
{
    private const int MostFrames = 24;

    private const int MostItems = 16;

    public static LogField Field(string name, object? value) => value switch
    {
        null => LogField.Of(name, (string?)null),
        string text => LogField.Of(name, text),
        bool truth => LogField.Of(name, truth),
        byte or sbyte or short or ushort or int or uint or long => LogField.Of(name, Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        float or double => LogField.Of(name, Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        TimeSpan span => LogField.Of(name, span),
        Exception exception => LogField.Of(name, exception),
        char or decimal or ulong or Guid or DateTime or DateTimeOffset or DateOnly or TimeOnly or Enum => LogField.Of(name, Convert.ToString(value, CultureInfo.InvariantCulture)),
        Uri or IPAddress or IPEndPoint or Version => LogField.Of(name, value.ToString()),
        // Of other sequences nobody knows what asking them does.
        string[] or List<string> when value is IReadOnlyList<string> texts => LogField.Of(name, string.Join(", ", texts.Take(MostItems))),
        _ => LogField.Of(name, $"[{value.GetType().FullName}]"),
    };

    /// <summary>Where an exception was thrown: methods, without the messages, which hold what they will.</summary>
    public static string Stack(Exception exception)
    {
        var frames = (exception.StackTrace ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return string.Join("; ", frames.Take(MostFrames));
    }
}
