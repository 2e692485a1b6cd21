using Microsoft.Extensions.Logging;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Godwit.Telemetry.Logging;

/// <summary>One category of <see cref="SafeLoggerProvider"/>. It never throws: who logs cannot be asked to handle that.</summary>
internal sealed class SafeLogger(SafeLog log, string category, Func<IExternalScopeProvider?> scopes) : ILogger
{
    private const string Format = "{OriginalFormat}";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => scopes()?.Push(state);

    public bool IsEnabled(Level logLevel) => logLevel != Level.None && log.Writes(Of(logLevel));

    public void Log<TState>(Level logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var fields = new LogFields();
        fields.Add(LogField.Of("category", category));
        string? template = null;
        if (state is IReadOnlyList<KeyValuePair<string, object?>> pairs)
        {
            for (var i = 0; i < pairs.Count; i++)
            {
                var (name, value) = pairs[i];
                if (name == Format)
                    template = value as string;
                else
                    fields.Add(LogValue.Field(name, value));
            }
        }
        if (template is null)
        {
            // Braces in such a text are no places for fields: it is a field itself.
            template = "{text}";
            fields.Add(LogField.Of("text", Formatted(state, exception, formatter)));
        }
        if (exception is not null)
        {
            fields.Add(LogField.Of("exception", exception));
            fields.Add(LogField.Of("at", LogValue.Stack(exception)));
        }
        scopes()?.ForEachScope(static (scope, all) => AddScope(scope, all), fields);
        log.Write(new LogEvent(eventId.Id, eventId.Name ?? category, Of(logLevel), template), fields.All);
    }

    private static void AddScope(object? scope, LogFields fields)
    {
        if (scope is not IReadOnlyCollection<KeyValuePair<string, object?>> pairs)
        {
            fields.Add(LogValue.Field("scope", scope));
            return;
        }
        foreach (var (name, value) in pairs)
        {
            // A scope that is a text alone has nothing but its format string.
            if (name != Format)
                fields.Add(LogValue.Field(name, value));
            else if (pairs.Count == 1)
                fields.Add(LogValue.Field("scope", value));
        }
    }

    /// <summary>A state without a format string: what its formatter makes of it, masked by shape as any text.</summary>
    private static string Formatted<TState>(TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            return formatter(state, exception);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"a message that could not be made ({e.GetType().Name})";
        }
    }

    private static LogLevel Of(Level level) => level switch
    {
        Level.Trace or Level.Debug => LogLevel.Debug,
        Level.Information => LogLevel.Information,
        Level.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
