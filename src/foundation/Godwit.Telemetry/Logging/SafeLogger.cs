using Godwit.Security.Masking;
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
        fields.AddOwn(LogField.Of("category", category));
        // Before the caller's, so that no number of those leaves them out.
        if (exception is not null)
        {
            fields.AddOwn(LogField.Of("exception", exception));
            fields.AddOwn(LogField.Of("at", LogValue.Stack(exception)));
        }
        var pairs = Pairs(state);
        var template = pairs.FirstOrDefault(p => p.Key == Format).Value as string;
        if (template is null)
        {
            // Braces in such a text are no places for fields: it is a field itself. A text that was made from a value that is hidden by its name holds that value, without the name.
            template = "{text}";
            fields.AddOwn(LogField.Of("text", pairs.Any(p => p.Key is null || LogMask.Hides(p.Key)) ? SecretMask.Mark : Formatted(state, exception, formatter)));
        }
        else
        {
            template = Renamed(template, pairs);
        }
        foreach (var (name, value) in pairs)
        {
            if (name != Format)
                fields.Add(name, value);
        }
        try
        {
            scopes()?.ForEachScope(static (scope, all) => AddScope(scope, all), fields);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            fields.Add("scope", $"a scope that could not be read ({e.GetType().Name})");
        }
        log.Write(new LogEvent(eventId.Id, eventId.Name ?? category, Of(logLevel), template), fields.All);
    }

    private static IReadOnlyList<KeyValuePair<string, object?>> Pairs<TState>(TState state)
    {
        try
        {
            // Once, whatever it is: what is read twice may be two things.
            return state is IEnumerable<KeyValuePair<string, object?>> pairs ? [.. pairs] : [];
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return [new("state", $"a state that could not be read ({e.GetType().Name})")];
        }
    }

    /// <summary>The format string, with places for fields as they are called here.</summary>
    private static string Renamed(string template, IReadOnlyList<KeyValuePair<string, object?>> pairs)
    {
        foreach (var (name, _) in pairs)
        {
            if (!LogFields.IsOwn(name))
                continue;
            foreach (var end in (string[])["}", ":", ","])
                template = template.Replace("{" + name + end, "{" + LogFields.Renamed(name) + end, StringComparison.Ordinal);
        }
        return template;
    }

    private static void AddScope(object? scope, LogFields fields)
    {
        if (scope is not IReadOnlyCollection<KeyValuePair<string, object?>> pairs)
        {
            fields.Add("scope", scope);
            return;
        }
        foreach (var (name, value) in pairs)
        {
            // A scope that is a text alone has nothing but its format string.
            if (name != Format)
                fields.Add(name, value);
            else if (pairs.Count == 1)
                fields.Add("scope", value);
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
