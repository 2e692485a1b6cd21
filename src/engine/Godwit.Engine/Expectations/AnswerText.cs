using System.Globalization;

namespace Godwit.Engine.Expectations;

/// <summary>A value as a person would write it in a runbook.</summary>
public static class AnswerText
{
    public static string? Of(object? value) => value switch
    {
        null => null,
        bool b => b ? "true" : "false",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
